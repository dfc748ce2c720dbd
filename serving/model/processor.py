"""What this machine's processor can do."""

from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
# Instructions that sum up products of bytes in 32 bits. Without them two products are first added
# in 16, which saturates: 8-bit answers would be wrong, and hardly faster.
_VNNI = frozenset({"avx512_vnni", "avx_vnni"})


def has_vnni(cpu_info: Path = CPU_INFO) -> bool:
    """Whether the processor has VNNI; False where that can't be read, as on other systems."""
    try:
        lines = cpu_info.read_text().splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _VNNI.isdisjoint(flags.split())
