"""What a reader is told of a schema."""

import json

import pytest

from tests.docs.reference.reading import facts, schema


def names(field):
    return [one.name for one in field.fields]


def test_an_objects_fields_keep_their_order_and_say_what_is_required():
    tree = schema({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}, "b": {"type": "integer", "format": "int64"}}})
    assert [(field.name, field.type, field.marks) for field in tree.fields] == [("a", "string", ()), ("b", "integer (int64)", ("required",))]
    assert [field.anchor for field in tree.fields] == ["a.body.a", "a.body.b"]


def test_lists_are_named_by_what_they_hold_and_show_its_fields():
    tree = schema({"type": "array", "items": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}}}, Book={"type": "object", "properties": {"title": {"type": "string"}}})
    assert (tree.type, tree.schema, names(tree)) == ("array of array of", "Book", ["title"])
    assert tree.link == "/reference/api/schemas/#Book"


@pytest.mark.parametrize(
    ("written", "label", "values"),
    [
        ({"enum": ["a", "b"]}, "One of", ("a", "b")),
        ({"enum": ["", None, 1, True]}, "One of", ('""', "null", "1", "true")),
        ({"const": "x"}, "Always", ("x",)),
        ({"default": False}, "Default", ("false",)),
        ({"default": {"a": [1]}}, "Default", ('{"a": [1]}',)),
        ({"default": None}, "Default", ("null",)),
        ({"minimum": 0}, "At least", ("0",)),
        ({"exclusiveMinimum": 0}, "More than", ("0",)),
        ({"minimum": 0, "exclusiveMinimum": True}, "More than", ("0",)),
        ({"maximum": 1.5, "exclusiveMaximum": True}, "Less than", ("1.5",)),
        ({"multipleOf": 5}, "Multiple of", ("5",)),
        ({"minLength": 1, "maxLength": 20}, "1 to 20 characters", ()),
        ({"minLength": 1}, "At least 1 character", ()),
        ({"maxItems": 3}, "At most 3 items", ()),
        ({"minItems": 2, "maxItems": 2}, "2 items", ()),
        ({"minItems": 0, "maxProperties": 4}, "At most 4 fields", ()),
        ({"uniqueItems": True}, "No item twice", ()),
        ({"pattern": "^a$"}, "Matches", ("^a$",)),
        ({"example": 7}, "For example", ("7",)),
        ({"examples": ["x", "y"]}, "For example", ("x", "y")),
        ({"additionalProperties": False}, "No other fields", ()),
        ({"unevaluatedProperties": False}, "No other fields", ()),
        ({"required": ["a"]}, "Has to have", ("a",)),
        ({"dependentRequired": {"a": ["b", "c"]}}, "With a also", ("b", "c")),
        ({"propertyNames": {"pattern": "^a"}}, "Names: matches", ("^a",)),
    ],
)
def test_every_constraint_is_said_in_words(written, label, values):
    assert facts(schema(written)) == {label: values}


@pytest.mark.parametrize(
    "written",
    [
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"oneOf": [{"enum": [None]}, {"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"nullable": True}]},
    ],
)
def test_every_way_to_allow_null_reads_the_same(written):
    field = schema(written)
    assert (field.type, field.marks, field.choices) == ("string", ("can be null",), ())


def test_read_only_write_only_and_deprecated_are_marked():
    assert schema({"readOnly": True, "writeOnly": True, "deprecated": True}).marks == ("read only", "write only", "deprecated")


def test_all_of_is_one_object():
    tree = schema(
        {"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["title"], "properties": {"title": {"type": "string"}}}]},
        Base={"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
    )
    assert [(field.name, field.marks) for field in tree.fields] == [("id", ("required",)), ("title", ("required",))]


def test_a_description_beside_a_ref_is_the_one_that_is_shown():
    for written in ({"$ref": "#/components/schemas/A", "description": "Here."}, {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "Here."}):
        field = schema(written, A={"type": "object", "description": "There.", "properties": {"x": True}})
        assert (field.description, field.schema, names(field)) == ("Here.", "A", ["x"])


def test_forms_that_differ_in_type_alone_are_one_line():
    field = schema({"oneOf": [{"type": "string", "enum": ["low", "high"]}, {"type": "array", "items": {"type": "string"}}]})
    assert (field.type, field.choices) == ("string or array of string", ())
    assert facts(field) == {"As string: one of": ("low", "high")}


def test_forms_with_fields_are_listed_and_named():
    tree = schema(
        {"oneOf": [{"$ref": "#/components/schemas/Paper"}, {"title": "On tape", "properties": {"minutes": {}}}], "discriminator": {"propertyName": "kind"}},
        Paper={"properties": {"pages": {}}},
    )
    (choice,) = tree.choices
    assert (choice.rule, choice.by, names(choice)) == ("One of", "kind", ["Paper", "On tape"])
    assert [names(form) for form in choice.fields] == [["pages"], ["minutes"]]


def test_maps_patterns_and_tuples_show_what_they_hold():
    tree = schema({"additionalProperties": {"type": "integer"}, "patternProperties": {"^x-": {"type": "string"}}})
    assert [(field.name, field.type) for field in tree.fields] == [("/^x-/", "string"), ("any other name", "integer")]
    assert names(schema({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]})) == ["item 0", "item 1"]


def test_a_tuple_is_shown_behind_a_ref_and_with_what_may_follow():
    field = schema({"$ref": "#/components/schemas/Pair"}, Pair={"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "items": False})
    assert (field.type, names(field), facts(field)) == ("array", ["item 0", "item 1"], {"No other items": ()})
    assert names(schema({"prefixItems": [{}], "items": {"type": "string"}})) == ["item 0", "any further item"]


@pytest.mark.parametrize(
    ("written", "rule", "fields"),
    [
        ({"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}, "else": False}, "If it fits the first", {"if": "object", "then": "any", "else": "never"}),
        ({"type": "string", "not": {"enum": ["a"]}}, "It must not fit", {"not": "string"}),
        ({"dependentSchemas": {"a": {"properties": {"b": {}}}}}, "With these fields", {"with a": "object"}),
    ],
)
def test_what_holds_on_a_condition_is_shown_with_it(written, rule, fields):
    (choice,) = schema(written).choices
    assert (choice.rule, {field.name: field.type for field in choice.fields}) == (rule, fields)


def test_forms_that_differ_in_what_is_required_say_what_it_is():
    tree = schema({"properties": {"id": {}, "name": {}}, "anyOf": [{"required": ["id"]}, {"required": ["name"]}]})
    assert [facts(form) for form in tree.choices[0].fields] == [{"Has to have": ("id",)}, {"Has to have": ("name",)}]


@pytest.mark.parametrize("kind", ["#/components/schemas/Cat", "Cat"])
def test_a_form_says_which_value_tells_of_it(kind):
    parts = {"Cat": {"properties": {"kind": {}}}, "Dog": {"properties": {"kind": {}}}}
    tree = schema({"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in parts], "discriminator": {"propertyName": "kind", "mapping": {"cat": kind, "kitten": kind}}}, **parts)
    assert [facts(form) for form in tree.choices[0].fields] == [{"Where kind is": ("cat", "kitten")}, {}]


def test_a_circle_ends_where_it_closes():
    tree = schema({"$ref": "#/components/schemas/Tree"}, Tree={"properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}})
    (kids,) = tree.fields
    assert (kids.schema, kids.fields, kids.more) == ("Tree", (), "Tree again, as above.")


@pytest.mark.parametrize("key", ["not", "propertyNames", "if", "dependentSchemas"])
def test_a_condition_that_is_a_circle_ends_where_it_closes(key):
    ref = {"$ref": "#/components/schemas/A"}
    written = {"if": {"if": ref, "then": ref}, "dependentSchemas": {"dependentSchemas": {"a": ref}}}.get(key, {key: ref})
    assert schema(ref, A=written).schema == "A"


def test_a_schema_that_is_only_itself_says_so():
    assert "refers to itself" in schema({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"}).problem
    assert "refers to itself" in schema({"$ref": "#/components/schemas/A"}, A={"allOf": [{"$ref": "#/components/schemas/A"}]}).problem


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("#/components/schemas/None", "is not in the document"),
        ("#/components/schemas/A/properties/x/9", "is not in the document"),
        ("other.yaml#/A", "in another document, which is not fetched"),
        ("http://169.254.169.254/latest", "in another document, which is not fetched"),
        ("#A", "is not a path of this document"),
        (7, "not a text"),
        (None, "not a text"),
    ],
)
def test_a_ref_that_leads_nowhere_costs_its_own_field_only(ref, said):
    tree = schema({"properties": {"bad": {"$ref": ref}, "good": {"type": "string"}}}, A={"properties": {"x": [1]}})
    bad, good = tree.fields
    assert said in bad.problem
    assert (good.type, good.problem) == ("string", "")


def test_pointers_are_unescaped():
    assert schema({"$ref": "#/components/schemas/a~1b%20c"}, **{"a/b c": {"type": "boolean"}}).type == "boolean"


def test_what_is_too_deep_or_too_wide_is_cut_with_a_word():
    deep: dict[str, object] = {"type": "string"}
    for _ in range(60):
        deep = {"type": "object", "properties": {"in": deep}}
    field, depth = schema(deep), 0
    while field.fields:
        field, depth = field.fields[0], depth + 1
    assert (depth, field.more) == (12, "It goes deeper than is shown here.")
    wide = schema({"properties": {f"p{number}": {} for number in range(5000)}})
    assert len(wide.fields) == 1000
    assert wide.fields[-1].more == "There are more fields here than one page shows."


def test_schemas_that_hold_one_another_stay_small():
    parts = {f"S{number}": {"properties": {f"p{other}": {"$ref": f"#/components/schemas/S{other}"} for other in range(30)}} for number in range(30)}
    written = json.dumps(str(schema({"$ref": "#/components/schemas/S0"}, **parts)))
    assert len(written) < 2_000_000
