"""One way for every upload: read the file, run its rows as commands, answer row by row."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response

from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask, Asking
from shared.platform.bulk import CSV, JSON_LINES, XLSX, Column, Row, RowError, Sheet, read_rows
from shared.platform.bulk import Outcome as RowOutcome
from shared.platform.bulk.cells import cell_text
from shared.platform.bulk.rows import duplicates
from shared.platform.bulk.writing import result_file
from shared.platform.commands import CommandHandler, Complete, Outcome, Report, RowsRefused, Work
from shared.platform.eventstore import EventStore
from shared.platform.fields import CampaignInPath
from shared.platform.lives import Life
from shared.platform.openapi import Responses, problem_responses, schema_of
from shared.platform.problems import language_of, problem
from shared.platform.recording import Answer, IdempotencyKey, Origin

ERRORS_SHOWN = 500

Mode = Annotated[
    Literal["all_or_nothing", "accept_valid"],
    Query(description="What to do when some rows are refused 有行被拒时:整体不办或只办合格的"),
]
DryRun = Annotated[bool, Query(description="Check everything, write nothing 只检查不写入")]


class UploadAnswer(msgspec.Struct, frozen=True):
    """What became of an upload; at most 500 errors are listed, all are counted."""

    rows: int
    accepted: int
    unchanged: int
    refused: int
    dry_run: bool
    errors: list[RowError]
    errors_total: int


@dataclass(frozen=True, slots=True)
class UploadKind:
    """What one endpoint takes: its columns, those that together may not repeat, and which
    column each refusal is about.
    """

    columns: Sequence[Column]
    unique: tuple[str, ...] = ()
    blame: Mapping[type[Refusal], str] | None = None

    def error(self, row: Row, refusal: Refusal) -> RowError:
        """The refusal as an error of this row, in the column it is about."""
        column = (self.blame or {}).get(type(refusal))
        value = cell_text(row.values.get(column)) if column else ""
        return RowError(
            row.number, column, value[:80], refusal.code, refusal.message_zh, refusal.message_en
        )


@dataclass(frozen=True, slots=True)
class Run:
    """How `execute` is to run the works; every field goes to the handler as it is."""

    origin: Origin
    report: Report
    key: IdempotencyKey | None
    accept_valid: bool
    dry_run: bool


ToWorks = Callable[[list[Row]], Awaitable[tuple[Sequence[Work[Any]], list[RowError]]]]
"""Makes works of rows (a work's `row` is its row's number) and errors of those it cannot."""

Execute = Callable[[Sequence[Work[Any]], Run], Awaitable[Outcome[Any, Any]]]
"""Runs works, as CommandHandler.many does; may raise RowsRefused."""


def executing(handler: CommandHandler, life: Life, complete: Complete | None = None) -> Execute:
    """Run works on the streams of a life; `complete` ends what was decided under the locks."""

    async def execute(works: Sequence[Work[Any]], run: Run) -> Outcome[Any, Any]:
        return await handler.many(
            life.decider,
            works,
            run.origin,
            run.report,
            key=run.key,
            view=life.view,
            complete=complete,
            accept_valid=run.accept_valid,
            dry_run=run.dry_run,
        )

    return execute


async def run_upload(
    request: Request,
    ask: Asking,
    store: EventStore,
    kind: UploadKind,
    to_works: ToWorks,
    execute: Execute,
    *,
    dry_run: bool,
    mode: str,
) -> Response:
    """Answer an upload; the report is JSON, or a CSV result file where `Accept` asks for one."""
    as_csv = CSV in request.headers.get("accept", "")
    if ask.key is not None and not dry_run:
        async with store.session([], [], ask.key) as session:
            if session.answer is not None:
                return _answered(session.answer)
    sheet = await asyncio.to_thread(
        read_rows, await request.body(), request.headers.get("content-type"), kind.columns
    )
    upload = _Upload(kind, sheet, list(sheet.errors), dry_run, as_csv)
    upload.errors += duplicates(sheet.rows, kind.unique) if kind.unique else []
    repeated = {error.row for error in upload.errors}
    works, errors = await to_works([row for row in sheet.rows if row.number not in repeated])
    upload.errors += errors
    origin = replace(ask.origin, import_id=ask.origin.correlation_id)
    run = Run(origin, upload.report, ask.key, mode == "accept_valid", dry_run)
    if upload.errors and not run.accept_valid:
        # Nothing will be written, but all that is wrong is to be told at once.
        outcome = await execute(works, replace(run, accept_valid=True, dry_run=True))
        return upload.refused(request, outcome)
    try:
        outcome = await execute(works, run)
    except RowsRefused as refused:
        return upload.refused(request, refused.outcome)
    return _answered(outcome.answer or Answer(*upload.report(outcome), positions=""))


Prepare = Callable[[Request, str, Asking], Awaitable[tuple[ToWorks, Execute]]]
"""Admits the caller to an upload for a campaign, or raises Refusal; says how it is to be run."""


def add_upload(
    router: APIRouter, path: str, kind: UploadKind, prepare: Prepare, *, summary: str, example: str
) -> None:
    """An endpoint `path`, which ends in /import; `example` is a CSV line."""

    async def endpoint(
        campaign: CampaignInPath,
        request: Request,
        ask: Ask,
        dry_run: DryRun = False,
        mode: Mode = "all_or_nothing",
    ) -> Response:
        to_works, execute = await prepare(request, campaign, ask)
        store = request.app.state.office.store
        return await run_upload(
            request, ask, store, kind, to_works, execute, dry_run=dry_run, mode=mode
        )

    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        name="import_" + path.split("/")[-2].replace("-", "_"),
        summary=summary,
        responses=upload_responses(),
        openapi_extra=upload_body(kind, example),
    )


@dataclass(slots=True)
class _Upload:
    kind: UploadKind
    sheet: Sheet
    errors: list[RowError]
    dry_run: bool
    as_csv: bool

    def report(self, outcome: Outcome[Any, Any]) -> tuple[int, bytes]:
        errors = self._all_errors(outcome)
        if self.as_csv:
            return 200, result_file(self.sheet, errors, self._became(outcome, errors))
        return 200, msgspec.json.encode(self._answer(outcome, errors, written=True))

    def refused(self, request: Request, outcome: Outcome[Any, Any]) -> Response:
        """Nothing was written: a problem document that lists why, or the result file."""
        errors = self._all_errors(outcome)
        if self.as_csv:
            return Response(result_file(self.sheet, errors, {}), 422, media_type=CSV)
        answer = self._answer(outcome, errors, written=False)
        return problem(
            422,
            "rows-refused",
            f"有 {answer.refused} 行不能办理,整个文件未写入。请按 errors 改正后重新上传。",
            f"{answer.refused} rows were refused and nothing was written; correct them and send"
            " the file again.",
            language=language_of(request),
            **msgspec.structs.asdict(answer),
        )

    def _all_errors(self, outcome: Outcome[Any, Any]) -> list[RowError]:
        rows = {row.number: row for row in self.sheet.rows} if outcome.refused else {}
        decided = [self.kind.error(rows[number], refusal) for number, refusal in outcome.refused]
        return sorted([*self.errors, *decided], key=lambda error: error.row)

    def _answer(
        self, outcome: Outcome[Any, Any], errors: list[RowError], *, written: bool
    ) -> UploadAnswer:
        wrong = {error.row for error in errors}
        accepted = set(outcome.accepted_rows) - wrong
        return UploadAnswer(
            rows=len(self.sheet.numbers()),
            accepted=len(accepted) if written else 0,
            unchanged=len(set(outcome.unchanged_rows) - accepted - wrong),
            refused=len(wrong),
            dry_run=self.dry_run,
            errors=errors[:ERRORS_SHOWN],
            errors_total=len(errors),
        )

    def _became(self, outcome: Outcome[Any, Any], errors: list[RowError]) -> dict[int, RowOutcome]:
        became = dict.fromkeys(outcome.unchanged_rows, _UNCHANGED)
        became |= dict.fromkeys(outcome.accepted_rows, _VALID if self.dry_run else _RECORDED)
        return became


_RECORDED = RowOutcome("recorded", "", "已记录。", "Recorded.")
_UNCHANGED = RowOutcome("unchanged", "", "与已有记录相同,无变化。", "Already so; nothing changed.")
_VALID = RowOutcome("valid", "", "试运行:可以办理。", "Dry run: this would be recorded.")


def _answered(answer: Answer) -> Response:
    headers = {"Consistency-Token": answer.positions} if answer.positions else {}
    if answer.replayed:
        headers["Idempotent-Replay"] = "true"
    media_type = "application/json" if answer.body.startswith(b"{") else CSV
    return Response(answer.body, answer.status, headers, media_type=media_type)


def upload_responses() -> Responses:
    """What an upload may answer, for the OpenAPI document."""
    file = {CSV: {"schema": {"type": "string"}}}
    answers = problem_responses(400, 403, 404, 409, 413, 415, 422)
    answers[422]["content"] |= file
    report = {"application/json": {"schema": schema_of(UploadAnswer)}}
    return {200: {"description": "Report 办理结果", "content": report | file}} | answers


def upload_body(kind: UploadKind, example: str) -> dict[str, Any]:
    """`openapi_extra` of an upload: its media types and columns; `example` is a CSV line."""
    names = ",".join(column.name for column in kind.columns)
    text = {"schema": {"type": "string", "examples": [f"{names}\n{example}\n"]}}
    binary = {"schema": {"type": "string", "format": "binary"}}
    required = ", ".join(column.name for column in kind.columns if column.required)
    return {
        "requestBody": {
            "required": True,
            "description": f"Columns {names}; required are {required}.",
            "content": {CSV: text, XLSX: binary, JSON_LINES: {"schema": {"type": "string"}}},
        },
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {
                    "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$",
                },
            }
        ],
    }  # fmt: skip
