"""Models are kept as small manifests, each on its own."""

import json
import logging
from pathlib import Path

import pytest

from portal.embedded.models.gguf import Header
from portal.embedded.models.library import BASE_NAME, BrokenManifestError, Library, NoSuchModelError, Recipe
from portal.embedded.models.names import parse_name
from portal.embedded.models.weights import Weights

WEIGHTS = Weights(Path("model.gguf"), 1000, "ab" * 32, Header({}, ()), "some license")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path, WEIGHTS)
    library.ensure_base()
    return library


def manifests(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "models").iterdir())


def test_the_base_model_is_there_from_the_start(library: Library) -> None:
    assert [model.name for model in library.models()] == [BASE_NAME]
    assert library.find(parse_name("SmolLM2:135M")).size > WEIGHTS.size


def test_models_outlive_the_library(library: Library, tmp_path: Path) -> None:
    library.write(parse_name("mario"), Recipe(system="You are Mario.", parameters={"temperature": 0.5}))
    again = Library(tmp_path, WEIGHTS)
    assert again.find(parse_name("mario")).recipe.system == "You are Mario."


def test_a_copy_is_the_same_model_under_another_name(library: Library) -> None:
    library.copy(BASE_NAME, parse_name("gpt-3.5-turbo"))
    copy, base = library.find(parse_name("gpt-3.5-turbo")), library.find(BASE_NAME)
    assert (copy.digest, copy.size) == (base.digest, base.size)


def test_another_system_text_is_another_model(library: Library) -> None:
    one = library.write(parse_name("one"), Recipe(system="1"))
    two = library.write(parse_name("two"), Recipe(system="2"))
    assert one.digest != two.digest


def test_a_model_that_is_deleted_is_gone(library: Library) -> None:
    library.delete(BASE_NAME)
    with pytest.raises(NoSuchModelError):
        library.find(BASE_NAME)
    with pytest.raises(NoSuchModelError):
        library.delete(BASE_NAME)


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"null", b'{"name": "x"}', b'{"name": "x", "recipe": {"nope": 1}}', b"\xff\xfe",
    b'{"name": "x", "recipe": {"parameters": 3}}', b'{"name": "x y!", "recipe": {}}', b'{"name": "x", "recipe": []}',
])
def test_a_broken_manifest_breaks_only_itself(
    library: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    library.write(parse_name("other"), Recipe())
    before = set(manifests(tmp_path))
    library.write(parse_name("broken"), Recipe())
    (path,) = set(manifests(tmp_path)) - before
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert {model.name.model for model in library.models()} == {"smollm2", "other"}
    assert path.name in caplog.text
    with pytest.raises(BrokenManifestError, match="cannot be read"):
        library.find(parse_name("broken"))


def test_no_draft_is_left_when_a_manifest_cannot_be_written(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = manifests(tmp_path)
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        library.write(parse_name("mario"), Recipe())
    assert manifests(tmp_path) == before


def test_names_that_could_be_paths_stay_inside_the_store(library: Library, tmp_path: Path) -> None:
    library.write(parse_name("localhost:5000/me/" + "x" * 80 + ":" + "y" * 80), Recipe())
    for path in manifests(tmp_path):
        assert path.parent == tmp_path / "models"
        assert json.loads(path.read_text())["name"]
