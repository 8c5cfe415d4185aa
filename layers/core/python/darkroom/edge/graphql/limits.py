"""How much one operation may ask for, checked before anything is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from darkroom.edge.graphql.shapes import AT_MOST
from darkroom.errors import Malformed
from darkroom.paging import MOST_ON_A_PAGE, USUAL_ON_A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one operation may be.

    A page of 100 images with every field and variant costs 3,400, and an introspection by GraphiQL has 380 tokens.
    """

    bytes: int = 16_000
    tokens: int = 1_000
    depth: int = 8
    aliases: int = 15
    cost: int = 5_000
    introspection: bool = False


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that is too deep, has too many aliases, or looks at the schema where that is off."""
    walk = _Walk(fragments_of(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            deepest = walk.depth(definition.selection_set)
            if deepest > limits.depth:
                raise Malformed(f"This is {deepest} levels deep and the most is {limits.depth}: ask in several steps.")
    if walk.aliases > limits.aliases:
        raise Malformed(
            f"This has {walk.aliases} aliases and the most is {limits.aliases}: ask in several requests, or by pages."
        )
    if walk.introspects and not limits.introspection:
        raise Malformed("The schema is not shown here: look at it in a local cloud, with `make up`.")


def check_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Mapping[str, Any],
    limits: Limits,
) -> None:
    """Refuse an operation that could show too much: each field costs one, times the lengths of the lists it is in."""
    root = schema.get_root_type(operation.operation)
    cost = _Price(schema, fragments_of(document), values).of(operation.selection_set, root) if root else 0
    if cost > limits.cost:
        raise Malformed(
            f"This could cost {cost:,} and the most is {limits.cost:,}: ask for fewer fields or smaller pages."
        )


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return a document's fragments by their names."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


class _Walk:
    """Goes through a document, each fragment once."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.aliases = 0
        self.introspects = False
        self._fragments = fragments
        self._depths: dict[str, int] = {}

    def depth(self, selections: SelectionSetNode | None) -> int:
        """Return how many fields lie within one another; those about the schema have a limit of graphql-core's."""
        return max((self._depth_of(node) for node in selections.selections), default=0) if selections else 0

    def _depth_of(self, node: Node) -> int:
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self._depths:
                self._depths[name] = 0  # a circle ends here; validation refuses it
                found = self._fragments.get(name)
                self._depths[name] = self.depth(found.selection_set) if found else 0
            return self._depths[name]
        if isinstance(node, FieldNode):
            self.aliases += node.alias is not None
            if node.name.value in {"__schema", "__type"}:
                self.introspects = True
                return 1
            return 1 + self.depth(node.selection_set)
        return self.depth(node.selection_set) if isinstance(node, InlineFragmentNode) else 0


class _Price:
    """Adds up a valid operation, each fragment once."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], values: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._values = values
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType) -> int:
        return sum(self._of(node, parent) for node in selections.selections) if selections else 0

    def _of(self, node: Node, parent: GraphQLNamedType) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            narrowed = node.type_condition and self._schema.get_type(node.type_condition.name.value)
            return self.of(node.selection_set, narrowed or parent)
        if not isinstance(node, FieldNode):
            return 0
        field = None if isinstance(parent, GraphQLUnionType) else getattr(parent, "fields", {}).get(node.name.value)
        if field is None:  # __typename, __schema
            return 1
        return 1 + self._times(node, field) * self.of(node.selection_set, get_named_type(field.type))

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self.of(fragment.selection_set, on) if on else 0
        return self._known[name]

    def _times(self, node: FieldNode, field: GraphQLField) -> int:
        """Return how many of a field's things there can be: as many as `first` says, or as its list gets long."""
        if "first" not in field.args:
            return int(field.extensions["strawberry-definition"].metadata.get(AT_MOST, 1))
        given = next((argument.value for argument in node.arguments if argument.name.value == "first"), None)
        first: Any = USUAL_ON_A_PAGE
        if isinstance(given, IntValueNode):
            first = int(given.value)
        elif isinstance(given, VariableNode):
            first = self._values.get(given.name.value, USUAL_ON_A_PAGE)
        return min(max(first, 1), MOST_ON_A_PAGE) if isinstance(first, int) else MOST_ON_A_PAGE
