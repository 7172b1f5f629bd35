"""Where GitHub's own parser is installed, the page's structure is the one it finds."""

import os
import shutil

import pytest

from bench.agreement import githubs, structure_of, without_components
from portal.docs.rendering import render

SAMPLES = {
    "two-space nesting": "- a\n  - b\n    - c\n- d\n",
    "a list after a paragraph": "Text:\n- a\n- b\n1. c\n",
    "loose and tight lists": "- a\n\n- b\n\n  more\n- c\n",
    "fences in lists": "1. a\n   ```sh\n   x  \n   \n   y\n   ```\n2. b\n",
    "a fence indented less than its item": "10. a\n    ```\n  x\n    ```\n",
    "an unclosed fence": "a\n\n```py\n# x\n\n**y**\n",
    "a table without outer pipes": "a | b\n--- | :-:\n`x|y` | c \\| d\n",
    "a heading that looks like a table": "| a |\n---\n",
    "tasks": "- [ ] a\n- [x] b\n  - [X] c\n1. [ ] d\n\n> - [ ] quoted\n",
    "a task that holds a list mark": "- [ ] - a\n",
    "emphasis": "**a**b *a*b __c__d _e_f ***g*** **h*i* j**\n",
    "code spans": "`` a`b `` `a\n   b` ` c `\n",
    "bare addresses": "http://a.example/x(y)., www.b.example? me@c.example [x http://d.example\n",
    "references": "[a] [b][a] [c]\n\n[a]: /x 'y'\n",
    "footnotes": "a[^1] b[^x]\n\n[^1]: one\n[^x]: two\n",
    "raw html": "<div>\n*a*\n\n*b*\n</div>\n\nx <b>y</b> <kbd>z</kbd>\n",
    "details": "<details><summary>s</summary>\n\n- a\n\n</details>\n",
    "hard breaks": "a  \nb\\\nc<br>d\n",
    "setext headings": "a\nb\n===\n\nc\n---\n",
    "forbidden tags": "<script>x</script>\n\n<b>y</b> <title>z</title>\n",
    "a lazy quote": "> a\nb\n> - c\nd\n",
    "entities": "&amp; &copy; &#35; &nope; `&amp;`\n",
    "pictures": "![a *b*](c.png 'd') [![e](f.png)](g.md)\n",
}


@pytest.fixture(autouse=True)
def _parser() -> None:
    if not shutil.which("cmark-gfm"):
        if os.environ.get("PORTAL_TEST_STRICT") == "1":
            pytest.fail("cmark-gfm is not installed; Debian has it as cmark-gfm.")
        pytest.skip("cmark-gfm is not installed")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_structure_is_githubs(name):
    assert structure_of(render(SAMPLES[name]).html) == structure_of(githubs(SAMPLES[name]))


def test_a_component_changes_nothing_but_itself():
    source = (
        '# A\n\n<Tabs>\n  <Tab title="x">\n    - a\n      - b\n\n    ```sh\n    ls\n    ```\n'
        "  </Tab>\n</Tabs>\n\nEnd [l](m)\n"
    )
    assert structure_of(render(source, is_mdx=True).html) == structure_of(githubs(without_components(source)))
