"""A generated unit as a core of LiteX.

    soc.trine = Trine(platform, "rtl")      # rtl: what `trine generate --windows -o rtl` wrote
    soc.bus.add_slave("trine", soc.trine.bus, SoCRegion(origin=0x3000_0000, size=0x1000, cached=False))
    soc.irq.add("trine")                    # where the SoC has a processor that takes interrupts

`bus` is AXI4-Lite with the unit's registers; LiteX puts a bridge to its own bus in front of it. A unit with windows needs
nothing more. One without has its three streams: `act` and `wgt` are sinks, `res` is a source, each with a layout of `data`
and `keep`. One that reads its weights from memory has `weights`, an AXI4 master that only reads, for a port of the memory with
the same width. `ev.unit` is the unit's interrupt, active while it is high.
"""

import json
from pathlib import Path

from migen import ClockSignal, Instance, ResetSignal, Signal

from litex.gen import LiteXModule
from litex.soc.interconnect import axi, stream
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel


class Trine(LiteXModule):
    """The unit in `folder`; its sources are added to `platform`.

    `models` adds simulation models of technology cells, which only simulation wants.
    """

    def __init__(self, platform, folder, models=False):
        folder = Path(folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        widths = {port["name"]: port["width"] for port in manifest["ports"]}
        files = [folder / f"{module}.v" for module in manifest["modules"]]
        if models:
            files += sorted((folder / "cells").glob("*.v"))
        for file in files:
            platform.add_source(str(file))

        # As wide as LiteX's own bus; the unit looks at the lower bits
        self.bus = axi.AXILiteInterface(data_width=32, address_width=32)
        self.ev = EventManager()
        self.ev.unit = EventSourceLevel()
        self.ev.finalize()
        pins = {"i_aclk": ClockSignal(), "i_aresetn": ~ResetSignal(), "o_irq": self.ev.unit.trigger}
        pins.update(self._registers(widths["s_axil_awaddr"]))
        for name, port, sink in [("act", "s_axis_act", True), ("wgt", "s_axis_wgt", True), ("res", "m_axis_res", False)]:
            if f"{port}_tdata" in widths:
                layout = [("data", widths[f"{port}_tdata"]), ("keep", widths[f"{port}_tkeep"])]
                endpoint = stream.Endpoint(layout)
                setattr(self, name, endpoint)
                pins.update(self._stream(port, endpoint, sink))
        masters = {name.rsplit("_", 1)[0] for name in widths if name.startswith("m_axi_")} - {"m_axi_wgt0"}
        if masters:
            raise ValueError(f"{', '.join(sorted(masters))}: generate the unit without --ring and with --weight-ports 1")
        if "m_axi_wgt0_araddr" in widths:
            self.weights = axi.AXIInterface(data_width=widths["m_axi_wgt0_rdata"], address_width=32, id_width=1)
            pins.update(self._memory(widths["m_axi_wgt0_araddr"]))
        self.specials += Instance(manifest["top"], **pins)

    def _registers(self, address):
        pins = {"i_s_axil_awprot": 0, "i_s_axil_arprot": 0}
        inputs = {"aw": "addr valid", "w": "data strb valid", "b": "ready", "ar": "addr valid", "r": "ready"}
        outputs = {"aw": "ready", "w": "ready", "b": "resp valid", "ar": "ready", "r": "data resp valid"}
        for direction, channels in [("i", inputs), ("o", outputs)]:
            for channel, signals in channels.items():
                for signal in signals.split():
                    value = getattr(getattr(self.bus, channel), signal)
                    pins[f"{direction}_s_axil_{channel}{signal}"] = value[:address] if signal == "addr" else value
        return pins

    def _memory(self, address):
        ask, answer = self.weights.ar, self.weights.r
        # LiteX's bus has 32 bits of address; the unit can name more
        place = Signal(address)
        self.comb += ask.addr.eq(place)
        pins = {f"o_m_axi_wgt0_ar{name}": getattr(ask, name) for name in "len size burst cache prot valid".split()}
        pins.update({f"i_m_axi_wgt0_r{name}": getattr(answer, name) for name in "data resp last valid".split()})
        return {**pins, "o_m_axi_wgt0_araddr": place, "i_m_axi_wgt0_arready": ask.ready, "o_m_axi_wgt0_rready": answer.ready}

    @staticmethod
    def _stream(port, endpoint, sink):
        forth, back = ("i", "o") if sink else ("o", "i")
        return {
            f"{forth}_{port}_tdata": endpoint.data,
            f"{forth}_{port}_tkeep": endpoint.keep,
            f"{forth}_{port}_tlast": endpoint.last,
            f"{forth}_{port}_tvalid": endpoint.valid,
            f"{back}_{port}_tready": endpoint.ready,
        }
