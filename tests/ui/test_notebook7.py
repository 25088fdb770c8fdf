"""The same in Notebook 7."""

from playwright.sync_api import expect

from chat_page import Chat
from lab_page import PANEL
from lab_process import TOKEN, LabProcess
from model_server import Call, ModelServer, Reply
from notebook_page import NotebookPage, write
from visits import Visits, picture


def test_panel_and_widget_in_notebook_7(notebook7: LabProcess, visits: Visits, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("read_file", {"path": "README.md"})]),
        Reply.tokens(40, pace=0.02),
        Reply("In the cell, too."),
    ]
    write(notebook7, "seven.ipynb", ["import dispatch_jupyter as dispatch\ndispatch.chat()"])
    page = visits.page(notebook7, {"width": 1280, "height": 1000})
    page.goto(f"{notebook7.url}notebooks/seven.ipynb?token={TOKEN}")
    notebook = NotebookPage(page, notebook7, "seven.ipynb").ready()

    page.get_by_role("menuitem", name="View").click()
    page.locator(".lm-Menu-item", has_text="Left Sidebar").click()
    page.locator(".lm-Menu-item", has_text="Show Dispatch").click()
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
    cells = notebook.cells.count()
    cell.box.click()
    page.keyboard.type("dd")
    expect(notebook.cells).to_have_count(cells)
    picture(page, "notebook-7")
    expect(cell.box).to_have_value("dd")
