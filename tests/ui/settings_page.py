"""The settings as a person looks at them, in the panel or in a tab."""

from playwright.sync_api import Locator, Page, expect

from chat_page import Chat

SETTINGS = """\
keys:
  - {{id: first, provider: anthropic, env: FIRST_KEY, api_base: "{anthropic}", budget: {{usd: 5, per: month}}}}
  - {{id: second, provider: openai, env: SECOND_KEY, api_base: "{openai}", budget: {{usd: 5, per: day}}}}
models:
  - {{id: anthropic/claude-scripted, tags: [heavy, review], price: {{input: 1, output: 1}}, max_output: 1000}}
  - {{id: openai/scripted, tags: [heavy, light], price: {{input: 1, output: 1}}, max_output: 1000}}
fallback: [first, second]
model: heavy
agents:
  - {{name: reviewer, title: Code reviewer, tools: read, permissions: read, model: [review, heavy], is_subagent: no}}
  - {{name: tester, description: Writes and runs tests., is_subagent: true}}
"""
"""Two keys of $5; for their addresses."""
TEAM = """\
keys:
  - {{id: main, provider: openai, env: FIRST_KEY, api_base: "{openai}"}}
  - {{id: spare, provider: anthropic, env: SECOND_KEY, api_base: "{anthropic}", budget: {{usd: 2, per: day}}}}
models:
  - {{id: openai/gpt-4.1-mini, tags: [heavy], price: {{input: 1, output: 1}}, max_output: 1000}}
  - {{id: anthropic/claude-scripted, tags: [review], price: {{input: 1, output: 1}}, max_output: 1000}}
model: heavy
agents:
  - {{name: checker, description: Checks., model: [anthropic/claude-scripted], is_subagent: true, permissions: read}}
"""
"""A key for all agents, and one of two dollars a day for who checks; for their addresses."""
SECRETS = {"FIRST_KEY": "secret-of-the-first", "SECOND_KEY": "secret-of-the-second"}


class Settings:
    """The settings in whatever shows them."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.view = root.locator(".dsp-settings")

    @classmethod
    def in_panel(cls, chat: Chat) -> "Settings":
        """In the place of the conversation."""
        chat.root.get_by_role("button", name="Settings", exact=True).click()
        return cls(chat.root)

    @classmethod
    def in_tab(cls, page: Page) -> "Settings":
        """In the tab of their own that is open."""
        return cls(page.locator(".dsp-settings-page"))

    def part(self, name: str) -> "Settings":
        """Turn to a part, and wait until it is there."""
        self.view.get_by_role("tab", name=name).click()
        expect(self.view.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        expect(self.view.get_by_text("Loading…")).to_have_count(0)
        return self

    def back(self) -> None:
        self.view.get_by_role("button", name="Back to the conversation").click()

    def key(self, name: str) -> Locator:
        return self.view.locator(f".dsp-key-card[data-key={name}]")

    def used(self, name: str) -> float:
        """What a key's bar shows as used."""
        return float(self.key(name).get_by_role("meter").get_attribute("aria-valuenow") or "nan")

    def skill(self, name: str) -> Locator:
        return self.view.locator(f'[data-skill="{name}"]')
