"""Operations: read, held to the limits, validated, run. Over HTTP and over sockets alike."""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLField,
    Lexer,
    OperationDefinitionNode,
    OperationType,
    Source,
    TokenKind,
    execute,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution import create_source_event_stream
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values, get_variable_values

from darkroom.edge.graphql.context import Context, World
from darkroom.edge.graphql.errors import Report, of_refusal, told
from darkroom.edge.graphql.limits import Limits, check_cost, check_shape, fragments_of
from darkroom.edge.graphql.schema import executable
from darkroom.edge.graphql.shapes import ImageChange
from darkroom.errors import Malformed, Refusal
from darkroom.images.following import Happening
from darkroom.principal import Principal

Result = dict[str, Any]
"""What a client gets: `data`, and `errors` where there are any."""

_REMEMBERED = 128
_MOST_ERRORS = 10


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An operation that is not run; `errors` say why."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An operation that may be run. `values` are its variables, coerced, with their defaults."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def is_subscription(self) -> bool:
        """Whether it listens instead of asking."""
        return self.operation.operation is OperationType.SUBSCRIPTION

    @property
    def name(self) -> str | None:
        """The name of the operation, where it has one."""
        return self.operation.name.value if self.operation.name else None


class Operations:
    """Prepares operations and runs them. A document that was read lately is not read again."""

    def __init__(self, world: World, limits: Limits, report: Report) -> None:
        self._world = world
        self._limits = limits
        self._report = report
        self._read_once = lru_cache(maxsize=_REMEMBERED)(self._read)

    def prepare(self, query: str, operation_name: str | None, variables: Mapping[str, Any]) -> Prepared:
        """Read an operation and hold it to the limits; what cannot be run raises `Refused`."""
        try:
            document = self._read_once(query)
            operation = get_operation_ast(document, operation_name)
            if operation is None:
                raise Malformed("Name one of the operations that you send: give its name as `operationName`.")
            values = get_variable_values(executable, operation.variable_definitions, dict(variables))
            if isinstance(values, list):
                raise Refused(self._told(values))
            check_cost(executable, document, operation, values, self._limits)
        except Refusal as refusal:
            raise Refused([of_refusal(refusal)]) from refusal
        return Prepared(document=document, operation=operation, variables=variables, values=values)

    def run(self, prepared: Prepared, viewer: Principal | None) -> Result:
        """Run a query or a mutation."""
        return asyncio.run(self._run(prepared, Context(self._world, viewer)))

    def listen(self, prepared: Prepared, viewer: Principal | None) -> Sequence[Result]:
        """Return what a subscription tells as soon as it stands; one that cannot begin raises `Refused`."""
        return asyncio.run(self._listen(prepared, Context(self._world, viewer)))

    def tell(self, prepared: Prepared, viewer: Principal | None, happening: Happening) -> Result:
        """Return what a subscription tells of something that happened to an image."""
        context = Context(self._world, viewer)
        return self._event(prepared, context, ImageChange.of(happening, context))

    def _read(self, query: str) -> DocumentNode:
        size = len(query.encode())
        if size > self._limits.bytes:
            raise Malformed(f"This query has {size:,} bytes and the most is {self._limits.bytes:,}: ask in several.")
        try:
            _check_tokens(query, self._limits.tokens)
            document = parse(query)
            check_shape(document, self._limits)
            errors = validate(executable, document, max_errors=_MOST_ERRORS)
        except GraphQLError as error:
            raise Refused(self._told([error])) from error
        except RecursionError as error:
            raise Malformed(f"This is nested too deeply: the most is {self._limits.depth} levels.") from error
        if errors:
            raise Refused(self._told(errors))
        return document

    async def _run(self, prepared: Prepared, context: Context) -> Result:
        result = execute(
            executable,
            prepared.document,
            context_value=context,
            variable_values=dict(prepared.variables),
            operation_name=prepared.name,
        )
        return self._result(await result if inspect.isawaitable(result) else result)

    async def _listen(self, prepared: Prepared, context: Context) -> list[Result]:
        source = await create_source_event_stream(
            executable,
            prepared.document,
            context_value=context,
            variable_values=dict(prepared.variables),
            operation_name=prepared.name,
        )
        if isinstance(source, ExecutionResult):
            raise Refused(self._told(source.errors or []))
        try:
            return [self._event(prepared, context, change) async for change in source]
        except Exception as error:
            raise Refused(self._told([GraphQLError(str(error), original_error=error)])) from error

    def _event(self, prepared: Prepared, context: Context, change: object) -> Result:
        return self._result(
            execute_sync(
                executable,
                prepared.document,
                root_value=change,
                context_value=context,
                variable_values=dict(prepared.variables),
                operation_name=prepared.name,
            )
        )

    def _result(self, result: ExecutionResult) -> Result:
        errors = {"errors": self._told(result.errors)} if result.errors else {}
        return {**errors, "data": result.data}

    def _told(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        return [told(error, self._report, suggest=self._limits.introspection) for error in errors]


def only_field(prepared: Prepared) -> tuple[str, Mapping[str, Any]]:
    """Return the name and the arguments of a subscription's only field."""
    root = executable.subscription_type
    if root is None:
        raise RuntimeError("This schema has no subscriptions.")
    values = dict(prepared.values)
    found = collect_fields(executable, fragments_of(prepared.document), values, root, prepared.operation.selection_set)
    ((node, *_),) = found.values()
    field: GraphQLField = root.fields[node.name.value]
    return node.name.value, get_argument_values(field, node, values)


def _check_tokens(query: str, most: int) -> None:
    lexer = Lexer(Source(query))
    for _ in range(most + 1):
        if lexer.advance().kind is TokenKind.EOF:
            return
    raise Malformed(f"This query has more words and signs than are read: the most is {most:,}. Ask in several.")
