"""Which column holds what, by its heading: in Vietnamese, English, or as software abroad has it.
Pure.

A heading row is one that names a Ct or a call, and a well or a sample.  Headings are compared
folded (`values.fold`), so `Cт` with a Cyrillic т, `CT` and `C(t)` are one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.lab.instruments.ct_columns import named
from server.lab.instruments.tube_codes import tube_in
from server.lab.instruments.values import ct_of, fold, well_of

_FIELDS = {
    "well": "wellposition wellpos well pos position gieng vitri vitrigieng wellname wellid o",
    "sample": "tubeid sampleid sampleidentifier sample samplename tube mauid maong mamau tenmau"
    " mau barcode samplebarcode specimenid specimen sid maxetnghiem sampleno"
    " samplenumber masoong mavach ongnghiem ong maongnghiem sampledesc accession name",
    "target": "targetname target gene genename detectorname detector analyte assay assayname"
    " snpassayname gen tengen gendich dich chitieu tendich targetid",
    "dye": "fluor reporter dye channel kenh filter color mau1",
    "ct": "ct cq cp crt ctvalue cqvalue cpvalue giatrict ctdrn ctdr cyclethreshold"
    " nguongchuky chukynguong ctcq cqct",
    "call": "call result results ketqua ketluan interpretation finalcall targetcall phiengiai"
    " amcall kq conclusion qualitativeresult",
    "role": "task content type role sampletype loaimau loai tasktype welltype contenttype",
    "omit": "omit omitted excluded boqua",
    "include": "include included",
    "amp": "ampstatus amplificationstatus",
    "flags": "flags flag resultqualityissues qualityissues qualityissue curvequality warnings"
    " canhbao",
    "run": "run runid runname me lanchay mechay",
}  # fmt: skip
_ABROAD = {
    "well": "puits vertiefung kavitat pocillo pozo poco pozzetto 孔 孔位 孔号 孔位置 ウェル"
    " ウェル位置 웰 웰위치 лунка ячейка",
    "sample": "echantillon nomechantillon nomdechantillon idechantillon probenname probenid"
    " probennummer muestra nombredelamuestra nombremuestra idmuestra amostra nomedaamostra"
    " idamostra campione nomecampione idcampione 样本编号 样品编号 样本 样本名称 样品 样品名称"
    " 樣本編號 樣本 樣本名稱 樣品 樣品名稱 検体番号 検体id サンプルid サンプル サンプル名 検体"
    " 検体名 검체번호 시료 시료명 샘플 샘플명 샘플이름 검체 образец имяобразца названиеобразца"
    " номеробразца номерпробы",
    "target": "cible nomdelacible ziel zielname zielgen diana nombredeladiana objetivo alvo"
    " nomedoalvo bersaglio 目标 目标名称 目标基因 靶标 靶标名称 检测项目 目標 目標名稱 目標基因"
    " 標的 ターゲット ターゲット名 標的遺伝子 타겟 타깃 표적 표적유전자 мишень ген",
    "ct": "valeurct ctwert valorct valoredict valorect ct值 cq值 cp值 循环阈值 循環閾值 ct値 cq値"
    " cp値 閾値サイクル ct값 cq값 значениеct",
    "call": "resultat ergebnis befund resultado risultato esito 结果 检测结果 判定 结论 結果"
    " 檢測結果 判定結果 検査結果 결과 판정 результат заключение",
}  # fmt: skip
_MORE = {
    "well": "samplepos samplewell wellno",
    "sample": "masomau maso mabenhpham benhpham mabp idmau maxn mamauxetnghiem",
    "ct": "crossingpoint crossingpt crossingpointcp thresholdcycle thresholdcyclect",
    "call": "autointerpretation",
    "dye": "通道 荧光 染料 螢光 チャンネル 蛍光 채널 형광 канал",
}
_NAMES = {
    field: [
        fold(name) for each in (_FIELDS, _MORE, _ABROAD) for name in each.get(field, "").split()
    ]
    for field in _FIELDS
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_KEYS = {name for field in ("well", "sample", "target") for name in _NAMES[field]} - {"pos", "o"}
_RANK = {name: at for names in _NAMES.values() for at, name in reversed([*enumerate(names)])}
_WIDE = re.compile(
    r"^(?:gia tri\s*)?(?:ct|cq|cp|crt)[\s_(\[:-]+(?:gen\s+|of\s+|gene\s+)?(.+?)[)\]]?$"
    r"|^(.+?)[\s_(\[:-]+(?:ct|cq|cp|crt)[)\]]?$"
)
_STATISTICS = re.compile(
    r"mean|\bsd|\bse\b|threshold|conf|avg|average|std|dev|\bmin|\bmax|delta|error|method|auto|value"
    r"|baseline|score|\bdr?n\b"
)

Respell = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands; `wide` are (target, index) of Ct columns that name their target."""

    at: dict[str, int]
    width: int
    wide: tuple[tuple[str, int], ...] = ()
    unclear: bool = False  # several Ct columns, and no way to say which is of which target

    @property
    def marks(self) -> set[int]:
        """The columns that say whether a row counts: no other word stands there."""
        return {self.at[name] for name in ("include", "omit") if name in self.at}

    @property
    def last(self) -> int:
        """The last column that we read: a row that ends before it is short."""
        return max([*self.at.values(), *(index for _, index in self.wide)])


def fields_of(cells: Sequence[str], above: Sequence[str] = ()) -> Columns:
    """Return the columns that *cells* name; *above* is the row over them.

    Of two columns for a field the better name wins, then the first: `Target Name` stands twice in
    real files, and `Well Position` is better than `Well`.  Several columns called `C(t)` are of one
    target each (`ct_columns.named`).
    """
    best: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(cells):
        name = fold(cell) if len(cell) <= 60 else ""
        field = _FIELD_OF.get(name)
        if field is not None and (field not in best or _RANK[name] < best[field][0]):
            best[field] = (_RANK[name], index)
    at = {field: index for field, (_, index) in best.items()}
    width = max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)
    repeated = _same(cells, at["ct"]) if "ct" in at and "target" not in at else []
    if len(repeated) > 1:
        if "call" in at and len(_same(cells, at["call"])) > 1:
            del at["call"]  # it is of one target alone
        kept = {name: index for name, index in at.items() if name not in {"ct", "dye"}}
        wide = named(cells, above, repeated, lambda cell: _FIELD_OF.get(fold(cell), ""))
        shown = cells[repeated[0]].strip()
        return Columns(kept, width, wide or ((shown, repeated[0]),), unclear=not wide)
    return Columns(at, width, () if "ct" in at else _wide(cells))


def _same(cells: Sequence[str], index: int) -> list[int]:
    """Return the columns that have the heading of the one at *index*."""
    name = fold(cells[index])
    return [at for at, cell in enumerate(cells) if fold(cell) == name]


def _wide(cells: Sequence[str]) -> tuple[tuple[str, int], ...]:
    found = []
    for index, cell in enumerate(cells):
        plain = _spaced(cell)
        match = _WIDE.match(plain) if len(plain) <= 60 else None
        if match and not _STATISTICS.search(plain):
            target = (match[1] or match[2]).strip()
            start = plain.find(target)
            found.append((cell.strip()[start : start + len(target)] or target, index))
    return tuple(found)


def _spaced(cell: str) -> str:
    """Fold letter by letter, so that places in the result are places in the cell."""
    return "".join(fold(letter)[:1] or letter for letter in cell.strip())


def heading(cells: Sequence[str], above: Sequence[str] = ()) -> Columns | None:
    """Return the columns of a heading row of results, or None for any other row."""
    if len(cells) < 2 or not _may_head(cells):
        return None
    columns = fields_of(cells, above)
    says = "ct" in columns.at or "call" in columns.at or bool(columns.wide)
    names = "well" in columns.at or "sample" in columns.at
    return columns if says and names else None


def _may_head(cells: Sequence[str]) -> bool:
    return sum(1 for cell in cells if cell and not cell[0].isdigit()) >= 2


def setup_heading(cells: Sequence[str]) -> Columns | None:
    """Return the columns of a table that says what was put where, before anything was read."""
    columns = fields_of(cells)
    setup = {"well", "sample"} <= columns.at.keys() and {"target", "role"} & columns.at.keys()
    return columns if setup and not {"ct", "call"} & columns.at.keys() else None


def heads_another(
    cells: Sequence[str], columns: Columns | None, respell: Respell | None = None
) -> bool:
    """Return whether a row below a heading (its *columns*) heads another table, known to us or not.

    Of three signs it shows two: it names two of well, sample and target; it names one where that
    should stand; it has no Ct in its place.  A row with a well in its place or with a tube of ours
    is of the table all the same.
    """
    places = {name: at for name, at in columns.at.items() if at < len(cells)} if columns else {}
    if not places or ("well" in places and well_of(cells[places["well"]]) is not None):
        return False
    named = [_key(cell, respell) for cell in cells]
    if not any(named) or any(map(_is_tube, cells)):
        return False
    own = any(named[at] and name in {"well", named[at]} for name, at in places.items())
    value = ct_of(cells[places["ct"]]) if "ct" in places else None
    return [len(set(named) - {""}) > 1, own, not (value and any(value))].count(True) > 1


def _key(cell: str, respell: Respell | None) -> str:
    """Return which of well, sample and target a heading names, '' for none of them."""
    names = map(fold, (cell, *respell(cell)) if respell else (cell,))
    return next((_FIELD_OF[name] for name in names if name in _KEYS), "")


def _is_tube(cell: str) -> bool:
    return cell[:1].isdigit() and bool(tube_in(cell))
