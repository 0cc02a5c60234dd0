"""What a printing run made: counts, and the tightest code among its labels."""

from dataclasses import dataclass, replace

from labels.face import Face


@dataclass(frozen=True, slots=True)
class SheetReport:
    """Of unlike codes, the smallest module, quiet zone (within the label) and bars are told."""

    codes: int
    labels: int
    pages: int
    dpi: float
    dots: int = 0
    module_mm: float = 0.0
    quiet_mm: float = 0.0
    bar_height_mm: float = 0.0

    def counting(self, face: Face, *, codes: int, labels: int) -> "SheetReport":
        """Return the report with *labels* more labels of *face*, of which *codes* new codes."""
        fit, none_yet = face.fit, self.labels == 0
        return replace(
            self,
            codes=self.codes + codes,
            labels=self.labels + labels,
            dots=fit.dots if none_yet else min(self.dots, fit.dots),
            module_mm=fit.module_mm if none_yet else min(self.module_mm, fit.module_mm),
            quiet_mm=fit.quiet_mm if none_yet else min(self.quiet_mm, fit.quiet_mm),
            bar_height_mm=face.bar_height if none_yet else min(self.bar_height_mm, face.bar_height),
        )
