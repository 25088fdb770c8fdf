"""A chat as a person uses it, wherever it is: panel, tab or cell."""

from playwright.sync_api import Locator, expect

RECORD = """
element => {
  const lengths = [];
  const look = () => {
    const answers = element.querySelectorAll('[data-role=assistant]');
    const length = answers.length ? answers[answers.length - 1].textContent.length : 0;
    if (length && lengths.at(-1) !== length) lengths.push(length);
  };
  new MutationObserver(look).observe(element, { childList: true, subtree: true, characterData: true });
  element.lengths = lengths;
}
"""
AT_END = "([box, within]) => box.scrollHeight - box.scrollTop - box.clientHeight < within"


def at_end(box: Locator, within: int = 40) -> None:
    """Wait until what scrolls shows its end, but for so many pixels."""
    box.page.wait_for_function(AT_END, arg=[box.element_handle(), within])


class Chat:
    def __init__(self, root: Locator) -> None:
        self.root = root
        self.box = root.get_by_role("textbox", name="Message to Dispatch")
        self.messages = root.locator("[data-message][data-role]")
        self.people = root.locator("[data-role=user][data-message]")
        self.answers = root.locator("[data-role=assistant]")
        self.calls = root.locator("[data-call]")
        self.queue = root.get_by_role("list", name="Queued messages")
        self.stop = root.get_by_role("button", name="Stop", exact=True)
        self.ended = root.locator(".dsp-ended").last
        self.resume = root.get_by_role("button", name="Resume", exact=True)
        self.error = root.get_by_role("alert")
        self.state = root.locator(".dsp-status [data-state]")
        self.usage = root.locator(".dsp-usage")

    @property
    def session(self) -> str:
        return self.root.get_attribute("data-session") or ""

    def ready(self) -> "Chat":
        """Wait until it is connected and shows its session."""
        expect(self.state).to_have_attribute("data-state", "live")
        expect(self.root.locator("[aria-busy=true]")).to_have_count(0)
        return self

    def new_session(self) -> "Chat":
        button = self.root.get_by_role("button", name="New session").first
        if button.is_enabled():
            button.click()
        expect(self.root.get_by_role("heading", name="What should be done?")).to_be_visible()
        return self.ready()

    def send(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.box).to_have_value("")
        expect(self.root.get_by_text("Sending…")).to_have_count(0)

    def call(self, tool: str) -> Locator:
        return self.root.locator(f"[data-tool={tool}]").last

    def toggle(self, tool: str) -> Locator:
        """What folds and unfolds a call's details."""
        return self.call(tool).get_by_role("button", name="details")

    def unfold(self, tool: str) -> Locator:
        """Click beside the file's name, which would open the file; the details."""
        self.toggle(tool).click(position={"x": 6, "y": 8})
        return self.call(tool).locator(".dsp-details")

    def result(self, tool: str) -> Locator:
        """What the call gave, where its details are unfolded."""
        return self.call(tool).locator("[aria-label=Result]")

    def open_session(self, title: str) -> None:
        self.root.get_by_role("button", name="Sessions").click()
        self.root.get_by_role("menuitemradio").filter(has_text=title).first.click()
        self.ready()

    def finished(self, text: str) -> Locator:
        """The latest answer, once it is complete and says that."""
        answer = self.answers.last
        expect(answer).to_contain_text(text)
        expect(answer).to_have_attribute("data-status", "complete")
        expect(self.stop).to_have_count(0)
        return answer

    def record_growth(self) -> None:
        """From now on, note how long the latest answer is whenever it changes."""
        self.root.evaluate(RECORD)

    def growth(self) -> list[int]:
        lengths: list[int] = self.root.evaluate("element => element.lengths")
        return lengths
