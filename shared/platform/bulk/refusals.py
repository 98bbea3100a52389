"""Why a bulk file is refused as a whole, each with what the user should do."""

from typing import ClassVar

from shared.kernel.refusals import Refusal


class FileRefused(Refusal):
    """A file nothing can be taken from; `row` and `column` say where, when one place is to blame."""

    status: ClassVar[int] = 422

    @property
    def row(self) -> int | None:
        row = self.context.get("row")
        return row if isinstance(row, int) else None

    @property
    def column(self) -> str | None:
        column = self.context.get("column")
        return column if isinstance(column, str) else None


class FileTooLarge(FileRefused):
    code = "file-too-large"
    status = 413
    zh = "文件有 {bytes} 字节,上限为 {limit} 字节,请拆分后分次上传。"
    en = "The file has {bytes} bytes and the limit is {limit}; split it and upload the parts."


class TooManyRows(FileRefused):
    code = "too-many-rows"
    status = 413
    zh = "文件超过 {limit} 行,请拆分后分次上传。"
    en = "The file has more than {limit} rows; split it and upload the parts."


class TooManyColumns(FileRefused):
    code = "too-many-columns"
    zh = "第 {row} 行超过 {limit} 列,请只保留模板中的列。"
    en = "Row {row} has more than {limit} columns; keep only those of the template."


class MediaTypeUnsupported(FileRefused):
    code = "media-type-unsupported"
    status = 415
    zh = "不支持 {media_type},请上传 CSV(text/csv)、XLSX 或 JSON Lines(application/x-ndjson)。"
    en = "{media_type} is not supported; send CSV (text/csv), XLSX or JSON lines (application/x-ndjson)."


class MediaTypeMismatch(FileRefused):
    code = "media-type-mismatch"
    status = 415
    zh = "Content-Type 写的是 {declared},内容却是 {found},请改正后重新上传。"
    en = "Content-Type says {declared} but the content is {found}; correct one of them."


class OldSpreadsheet(FileRefused):
    code = "xls-unsupported"
    status = 415
    zh = "这是旧版 XLS 或加密的工作簿,请用 Excel 去掉密码并另存为“Excel 工作簿(*.xlsx)”。"
    en = "This is an old XLS or an encrypted workbook; remove the password and save it as .xlsx."


class FileEmpty(FileRefused):
    code = "file-empty"
    zh = "文件是空的,请检查后重新上传。"
    en = "The file is empty; check it and upload it again."


class RowsMissing(FileRefused):
    code = "rows-missing"
    zh = "文件只有表头,没有数据行。"
    en = "The file has a header and no rows."


class EncodingNotUtf8(FileRefused):
    code = "encoding-not-utf8"
    zh = "第 {row} 行不是 UTF-8 编码(看起来是 {looks_like}),请在 Excel 中另存为“CSV UTF-8(逗号分隔)”。"
    en = "Row {row} is not UTF-8 (it looks like {looks_like}); save the file as “CSV UTF-8” in Excel."


class NulBytes(FileRefused):
    code = "file-has-nul-bytes"
    zh = "第 {row} 行含有空字节(NUL),文件可能已损坏,请重新导出。"
    en = "Row {row} contains NUL bytes, so the file is probably damaged; export it again."


class QuotesUnbalanced(FileRefused):
    code = "quotes-unbalanced"
    zh = "从第 {row} 行起引号不成对,文件可能被截断,请重新导出。"
    en = "From row {row} on the quotes do not pair, as in a truncated file; export it again."


class CellTooLong(FileRefused):
    code = "cell-too-long"
    zh = "第 {row} 行有一个单元格超过 {limit} 个字符,请检查引号或缩短内容。"
    en = "Row {row} has a cell of more than {limit} characters; check the quotes or shorten it."


class ColumnUnknown(FileRefused):
    code = "column-unknown"
    zh = "不认识列“{column}”,可用的列为:{known}。"
    en = "Column “{column}” is not known; the columns are: {known}."


class ColumnMissing(FileRefused):
    code = "column-missing"
    zh = "缺少必需的列“{column}”,请对照模板补上。"
    en = "The required column “{column}” is missing; add it as in the template."


class ColumnRepeated(FileRefused):
    code = "column-duplicate"
    zh = "列“{column}”出现了两次,请只保留一列。"
    en = "Column “{column}” appears twice; keep one of them."


class JsonNotLines(FileRefused):
    code = "json-not-lines"
    zh = "内容是一个 JSON 数组,请改为每行一个对象(JSON Lines)。"
    en = "This is one JSON array; send one object per line (JSON lines)."


class XlsxDamaged(FileRefused):
    code = "xlsx-damaged"
    zh = "无法读取该 XLSX({cause}),文件可能被截断或损坏,请用 Excel 打开并重新保存。"
    en = "The XLSX cannot be read ({cause}): it is truncated or damaged; open it in Excel and save it again."


class XlsxUnfoldsTooFar(FileRefused):
    code = "xlsx-too-large-unpacked"
    status = 413
    zh = "该 XLSX 解压后超过 {limit} 字节或部件过多,请只保留数据工作表并拆分后上传。"
    en = "Unpacked, the XLSX exceeds {limit} bytes or has too many parts; keep only the data and split it."


class XlsxForbiddenMarkup(FileRefused):
    code = "xlsx-forbidden-markup"
    zh = "该 XLSX 含有文档类型声明或实体,不予读取,请用 Excel 重新保存。"
    en = (
        "The XLSX declares a document type or entities, which are not read; save it again in Excel."
    )


class MergedCells(FileRefused):
    code = "xlsx-merged-cells"
    zh = "单元格 {ranges} 已合并,请取消合并并逐行填写。"
    en = "The cells {ranges} are merged; unmerge them and fill in every row."


class FormulaCell(FileRefused):
    code = "xlsx-formula"
    zh = "单元格 {cell} 是公式,请复制后“选择性粘贴”为数值。"
    en = "Cell {cell} holds a formula; copy the cells and paste them as values."


class ErrorCell(FileRefused):
    code = "xlsx-error-cell"
    zh = "单元格 {cell} 是错误值 {value},请改正。"
    en = "Cell {cell} holds the error {value}; correct it."
