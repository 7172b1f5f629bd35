"""The header of the installed model file tells what the model is; a file that is cut short says so."""

from pathlib import Path

import pytest

from portal.embedded.models.gguf import GGUFError, read_header
from portal.embedded.models.weights import Weights, find_weights
from tests.embedded.conftest import need_wheels

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    need_wheels()
    return find_weights(tmp_path_factory.mktemp("weights"))


def test_the_header_names_architecture_size_and_quantization(weights: Weights) -> None:
    header = weights.header
    assert (header.architecture, header.quantization) == ("llama", "Q4_1")
    assert header.parameter_count == 134_515_008
    assert header.of_architecture("context_length") == 8192
    assert "<|im_start|>" in header.chat_template
    assert len(header.metadata["tokenizer.ggml.tokens"]) == 49_152


def test_the_digest_is_taken_once_and_kept(weights: Weights, tmp_path: Path) -> None:
    first = find_weights(tmp_path)
    assert first.sha256 == weights.sha256
    kept = tmp_path / "digest.json"
    kept.write_text(kept.read_text().replace(first.sha256, "0" * 64))
    assert find_weights(tmp_path).sha256 == "0" * 64
    kept.write_text("{ not json")
    assert find_weights(tmp_path).sha256 == first.sha256


@pytest.mark.parametrize("length", [0, 3, 8, 20, 400, 5000])
def test_a_file_that_is_cut_short_is_refused(weights: Weights, tmp_path: Path, length: int) -> None:
    cut = tmp_path / "cut.gguf"
    with weights.path.open("rb") as file:
        cut.write_bytes(file.read(length))
    with pytest.raises(GGUFError):
        read_header(cut)
