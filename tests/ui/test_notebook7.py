"""The same in Notebook 7."""

from chat_page import Chat
from conftest import Visits
from lab_page import PANEL
from lab_process import TOKEN, LabProcess
from notebook_page import NotebookPage, write
from playwright.sync_api import expect

from model_server import Call, ModelServer, Reply


def test_panel_and_widget_in_notebook_7(notebook7: LabProcess, visits: Visits, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("read_file", {"path": "README.md"})]),
        Reply.tokens(40, pace=0.02),
        Reply("In the cell, too."),
    ]
    write(notebook7, "seven.ipynb", ["import dispatch_jupyter as dispatch\ndispatch.chat()"])
    page = visits.page(notebook7)
    page.goto(f"{notebook7.url}notebooks/seven.ipynb?token={TOKEN}")
    notebook = NotebookPage(page, notebook7, "seven.ipynb").ready()

    page.get_by_role("menuitem", name="View").click()
    page.get_by_role("menuitem", name="Left Sidebar").hover()
    page.get_by_role("menuitemcheckbox", name="Show Dispatch").or_(
        page.get_by_role("menuitem", name="Show Dispatch")
    ).click()
    panel = Chat(page.locator(PANEL)).ready()
    panel.record_growth()
    panel.send("read the contents of README.md and summarize it")
    panel.finished("w39")
    expect(panel.call("read_file")).to_have_attribute("data-status", "completed")
    assert len(set(panel.growth())) >= 3

    notebook.run(0)
    cell = notebook.chat(0).ready()
    assert cell.session == panel.session
    cell.finished("w39")
    cell.send("and in the cell?")
    for chat in (cell, panel):
        chat.finished("In the cell, too.")
    page.locator("body").press("Escape")
    cell.box.click()
    page.keyboard.type("dd")
    expect(notebook.cells).to_have_count(1)
    expect(cell.box).to_have_value("dd")
