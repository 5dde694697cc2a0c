"""The register map as two readers see it: a SystemRDL compiler, and a person with the Markdown document."""

import re
from dataclasses import dataclass
from pathlib import Path

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, MemNode, RegNode
from systemrdl.rdltypes import AccessType, OnWriteType


@dataclass(frozen=True)
class Field:
    """A bit field; `access` in the words of the document."""

    name: str
    lsb: int
    width: int
    access: str
    reset: int
    doc: str

    def at(self, value: int) -> int:
        """`value` at the field's place."""
        return (value & ((1 << self.width) - 1)) << self.lsb

    def of(self, word: int) -> int:
        """The field's value in a register's value."""
        return word >> self.lsb & ((1 << self.width) - 1)


@dataclass(frozen=True)
class Register:
    """A register with its fields, lowest first."""

    name: str
    offset: int
    fields: tuple[Field, ...]
    doc: str

    @property
    def reset(self) -> int:
        """Value after reset."""
        return sum(field.at(field.reset) for field in self.fields)

    def with_access(self, *access: str) -> int:
        """Mask of the fields with this access."""
        return sum(field.at(-1) for field in self.fields if field.access in access)


@dataclass(frozen=True)
class Window:
    """A range of addresses that is one end of a stream."""

    name: str
    offset: int
    size: int
    access: str
    doc: str


def windows_from_rdl(path: Path) -> list[Window]:
    """The windows as compiled from SystemRDL."""
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    return [rdl_window(node) for node in compiler.elaborate().top.children() if isinstance(node, MemNode)]


def rdl_window(node: MemNode) -> Window:
    assert node.get_property("memwidth") == 32, node.inst_name
    access = {AccessType.r: "read-only", AccessType.w: "write-only"}[node.get_property("sw")]
    return Window(node.inst_name, node.address_offset, node.size, access, node.get_property("desc"))


def from_rdl(path: Path) -> list[Register]:
    """The map as compiled from SystemRDL."""
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    top = compiler.elaborate().top
    return [rdl_register(node) for node in top.children() if isinstance(node, RegNode)]


def rdl_register(node: RegNode) -> Register:
    fields = tuple(
        Field(f.inst_name, f.lsb, f.width, rdl_access(f), f.get_property("reset"), f.get_property("desc"))
        for f in node.fields()
    )
    assert node.get_property("regwidth") == 32, node.inst_name
    return Register(node.inst_name, node.address_offset, fields, node.get_property("desc"))


def rdl_access(field: FieldNode) -> str:
    """What the properties of a field amount to."""
    match field.get_property("sw"), field.get_property("hw"), field.get_property("onwrite"):
        case AccessType.r, AccessType.na, None:
            return "constant"
        case AccessType.r, AccessType.w, None:
            return "read-only"
        case AccessType.rw, AccessType.r, None:
            return "read-write"
        case AccessType.rw, AccessType.r, OnWriteType.woclr if field.get_property("hwset"):
            return "write-one-clears"
        case AccessType.w, AccessType.r, None if field.get_property("singlepulse"):
            return "trigger"
    raise ValueError(f"{field.get_path()} has properties without a name")


def rdl_error_codes(path: Path) -> dict[str, int]:
    """Names and values of the codes that ERR_CODE.code may hold."""
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    field = compiler.elaborate().top.find_by_path("ERR_CODE.code")
    assert isinstance(field, FieldNode)
    return {member.name: member.value for member in field.get_property("encode")}


def from_markdown(text: str) -> list[Register]:
    """The map as it stands in the document's table."""
    registers: list[Register] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) != 7:
            continue
        offset, name, bits, field, access, reset = (cell.strip("`*") for cell in cells[:-1])
        doc = cells[-1]
        if re.fullmatch("0x[0-9a-f]+", offset):
            registers.append(Register(name, int(offset, 16), (), doc))
        elif re.fullmatch("[0-9:]+", bits):
            msb, lsb = int(bits.split(":")[0]), int(bits.split(":")[-1])
            found = Field(field, lsb, msb - lsb + 1, access, int(reset, 16), doc)
            last = registers[-1]
            registers[-1] = Register(last.name, last.offset, (*last.fields, found), last.doc)
    return registers


def windows_from_markdown(text: str) -> list[Window]:
    """The windows as they stand in the document's second table."""
    rows = [[cell.strip(" `*") for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    found = [row for row in rows if len(row) == 5 and row[0].startswith("0x")]
    return [Window(name, int(offset, 16), int(size, 16), access, doc) for offset, name, size, access, doc in found]
