//! Tables of registers: a constant for each register and field, and the table by offset.

macro_rules! registers {
    ($(#[doc = $table_doc:literal])+ $table:ident: $( $(#[doc = $doc:literal])+ $reg:ident @ $offset:literal { $( $(#[doc = $fdoc:literal])+ $const:ident $name:literal [$lsb:literal +: $width:expr] $access:ident; )+ } )+) => {
        $( $( $(#[doc = $fdoc])+ pub const $const: Field = field($name, $lsb, $width, Access::$access, concat!($($fdoc),+).trim_ascii()); )+
           $(#[doc = $doc])+
           pub const $reg: Register = Register { name: stringify!($reg), offset: $offset, fields: &[$($const),+], doc: concat!($($doc),+).trim_ascii() }; )+
        $(#[doc = $table_doc])+
        pub const $table: &[Register] = &[$($reg),+];
    };
}
