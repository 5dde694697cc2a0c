#!/bin/sh
# litex-boards names the pin of the ESP32's enable `wifi_gpio0` in the ULX3S's revision 2.0, its default; others say L2.
#
# Seen on 2026-11-30 with litex-boards 2023.12 and amaranth-boards 0.0.21: revision 1.7 of litex-boards has `wifi_gpio0` at L2,
# revision 2.0 at F1. amaranth-boards has the ESP32's GPIO0 at L2 and its enable at F1, and so have the makers' constraints for
# both revisions (emard/ulx3s, doc/constraints/ulx3s_v17patch.lpf and ulx3s_v20.lpf). LiteX's target drives `wifi_gpio0` high. For
# 2.0 that enables the ESP32 and leaves its GPIO0 alone. One would expect L2 for both revisions.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install litex-boards==2023.12 litex==2024.12 migen==0.10.0 pyserial==3.5 \
    amaranth-boards==0.0.21 amaranth==0.5.10
venv/bin/python - <<'PYTHON'
from amaranth_boards.ulx3s import ULX3S_45F_Platform
from litex_boards.platforms.radiona_ulx3s import Platform


def litex(**revision):
    platform = Platform(**revision)
    platform.request("wifi_gpio0")
    [pins] = [pins for _, pins, _, resource in platform.constraint_manager.get_sig_constraints() if resource[0] == "wifi_gpio0"]
    return pins


esp32 = {signal.name: signal.ios[0].names for signal in ULX3S_45F_Platform().resources["esp32", 0].ios}
seen = [litex(revision="1.7"), litex(revision="2.0"), litex()]
print("litex-boards: wifi_gpio0 of revision 1.7, of 2.0 and of the default:", *(pins[0] for pins in seen))
print(f"amaranth-boards: the ESP32's GPIO0 at {esp32['gpio0'][0]}, its enable at {esp32['en'][0]}")
assert seen == [["L2"], ["F1"], ["F1"]] and esp32["gpio0"] == ["L2"] and esp32["en"] == ["F1"], "this behaviour changed"
PYTHON
