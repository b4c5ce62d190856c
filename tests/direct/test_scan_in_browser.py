"""The inspector's camera: used where the browser reads codes, and never needed."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.support.desk import login
from tests.support.town import build

from yihu.direct import actions
from yihu.direct.kinds import PlacementKind
from yihu.direct.models import DirectCode, Inspection

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.support.site import Site

pytestmark = pytest.mark.browser
READER = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: globalThis.reads }]; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(10);
};
"""
"""A camera and a reader of codes, which Chromium on Linux does not have."""


def open_placement(site: "Site", page: "Page") -> DirectCode:
    town = build()
    code = actions.place_code(
        actor=town.actor("chief"),
        station=town.station,
        kind=PlacementKind.RESIDENTIAL,
        place="三幢二单元",
    )
    session = login(town, "auxiliary").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    page.goto(f"/desk/codes/{code.code}/")
    return code


def test_what_the_camera_reads_is_filled_in_and_judged_by_the_server(
    site: "Site", page: "Page"
) -> None:
    page.add_init_script(READER)
    code = open_placement(site, page)
    page.evaluate("address => { globalThis.reads = address; }", f"{site.url}/d/{code.code}/")
    page.get_by_role("button", name="用摄像头扫").click()
    expect(page.get_by_label("扫到的内容")).to_have_value(f"{site.url}/d/{code.code}/")
    expect(page.locator("video")).to_be_hidden()
    page.get_by_role("button", name="记下检查结果").click()
    expect(page.get_by_text("已记下：在，完好")).to_be_visible()
    assert Inspection.objects.get().finding == "in_place"


def test_without_a_reader_there_is_no_button_and_the_field_does(site: "Site", page: "Page") -> None:
    page.add_init_script("delete globalThis.BarcodeDetector;")
    open_placement(site, page)
    page.get_by_label("扫到的内容").fill("https://pay.example/")
    expect(page.get_by_role("button", name="用摄像头扫")).to_be_hidden()
    page.get_by_role("button", name="记下检查结果").click()
    expect(page.get_by_text("已记下：被盖住或贴换")).to_be_visible()
    expect(page.get_by_role("link", name="pay.example")).to_have_count(0)
