//! The map as CMSIS-SVD.

use super::{TITLE, snake, unit};
use crate::Config;
use crate::registers::{
    Access, ERR_CODE_CODE, ErrorCode, Field, Register, SPACE, VERSION_VALUE, WINDOW_BYTES, Window, constant, registers,
    windows,
};

/// A CMSIS-SVD device with the unit as its only peripheral, at address 0: a system moves it to where the unit is.
pub fn svd(c: &Config) -> String {
    let [major, minor, patch, _] = VERSION_VALUE.to_be_bytes();
    let registers = registers(c).map(|r| register(r, constant(r, c)));
    let registers: String = registers.chain(windows(c).map(window)).collect();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<!-- Made by `trine regs`. {} -->
<device schemaVersion="1.3">
  <name>TRINE</name>
  <version>{major}.{minor}.{patch}</version>
  <description>{TITLE}</description>
  <addressUnitBits>8</addressUnitBits>
  <width>32</width>
  <size>32</size>
  <resetMask>0xffffffff</resetMask>
  <peripherals>
    <peripheral>
      <name>TRINE</name>
      <description>{TITLE}</description>
      <baseAddress>0x0</baseAddress>
      <addressBlock>
        <offset>0x0</offset>
        <size>{SPACE:#x}</size>
        <usage>registers</usage>
      </addressBlock>
      <registers>
{registers}      </registers>
    </peripheral>
  </peripherals>
</device>
"#,
        unit(c)
    )
}

fn register(r: &Register, reset: u32) -> String {
    let fields: String = r.fields.iter().map(field).collect();
    format!(
        "        <register>
          <name>{}</name>
          <description>{}</description>
          <addressOffset>{:#05x}</addressOffset>
          <resetValue>{reset:#010x}</resetValue>
          <fields>
{fields}          </fields>
        </register>
",
        r.name,
        escaped(r.doc),
        r.offset
    )
}

/// A window is an array of words that all do the same.
fn window(w: &Window) -> String {
    let access = if w.written { "<access>write-only</access>" } else { "<access>read-only</access>" };
    let effect = if w.written { "" } else { "<readAction>modifyExternal</readAction>" };
    format!(
        "        <register>
          <dim>{}</dim>
          <dimIncrement>4</dimIncrement>
          <name>{}[%s]</name>
          <description>{}</description>
          <addressOffset>{:#05x}</addressOffset>
          {access}{effect}
        </register>
",
        WINDOW_BYTES / 4,
        w.name,
        escaped(w.doc),
        w.offset
    )
}

fn field(f: &Field) -> String {
    let access = match f.access {
        Access::Constant | Access::ReadOnly => "<access>read-only</access>",
        Access::ReadWrite => "<access>read-write</access>",
        Access::WriteOneClears => "<access>read-write</access><modifiedWriteValues>oneToClear</modifiedWriteValues>",
        Access::Trigger => "<access>write-only</access>",
    };
    let values = if *f == ERR_CODE_CODE { error_codes() } else { String::new() };
    format!(
        "            <field><name>{}</name><description>{}</description>\
         <bitOffset>{}</bitOffset><bitWidth>{}</bitWidth>{access}{values}</field>\n",
        f.name,
        escaped(f.doc),
        f.lsb,
        f.width
    )
}

fn error_codes() -> String {
    let value = |(code, doc): &(ErrorCode, &str)| {
        format!(
            "\n              <enumeratedValue><name>{}</name><description>{}</description><value>{}</value></enumeratedValue>",
            snake(*code),
            escaped(doc),
            *code as u8
        )
    };
    let values: String = ErrorCode::ALL.iter().map(value).collect();
    format!("<enumeratedValues>{values}\n            </enumeratedValues>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
