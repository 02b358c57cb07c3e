"""The approver's page in a real browser, as someone with a phone uses it.

usage: approvals.py URL APPROVER_KEY CALLER_KEY SCREENSHOT

Drives Chromium through chromedriver (W3C WebDriver over HTTP), with nothing but Python's own library.
"""

import base64
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def ask(method, url, body=None, key=None):
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
        headers["Prefer"] = "respond-async"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class Browser:
    """A window as wide as a phone."""

    def __init__(self, driver):
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=390,844"]
        options = {"args": arguments, "mobileEmulation": {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 1}}}
        capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        wanted = {"capabilities": {"alwaysMatch": capabilities}}
        self.session = driver + "/session/" + ask("POST", driver + "/session", wanted)["value"]["sessionId"]

    def do(self, path, body=None):
        return ask("GET" if body is None else "POST", self.session + path, body)["value"]

    def find(self, css):
        return self.do("/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.do(f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        self.do(f"/element/{self.find(css)}/value", {"text": text})

    def script(self, script):
        return self.do("/execute/sync", {"script": "return " + script, "args": []})

    def text(self):
        return self.script("document.body.innerText")

    def until(self, what, seconds=10):
        """Returns how long it takes until the page says so."""
        began = time.monotonic()
        while not self.script(what):
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}\n{self.text()}"
            time.sleep(0.01)
        return time.monotonic() - began

    def end(self):
        ask("DELETE", self.session)


def says(text):
    return f"document.body.innerText.includes({json.dumps(text)})"


def hire(url, key, text):
    body = {"agent_id": "text-statistics", "task": "text_statistics", "parameters": {"text": text}}
    return ask("POST", url + "/hire", body, key)["job_id"]


def wait_for_end(url, key, job):
    began = time.monotonic()
    while True:
        status = ask("GET", f"{url}/hire/{job}", key=key)["status"]
        if status in ("completed", "failed"):
            return status
        assert time.monotonic() - began < 10, status
        time.sleep(0.01)


def main(url, approver, caller, screenshot, driver):
    browser = Browser(driver)
    page = url + "/approvals"
    browser.do("/url", {"url": page})
    browser.type("input[name=key]", "0rca_nonsense")
    browser.click("form button")
    browser.until(says("This key opens nothing here"))
    browser.do("/url", {"url": page})
    browser.type("input[name=key]", approver)
    browser.click("form button")
    browser.until(says("Nothing waits for you"))
    assert browser.script("document.cookie") == "", "no script reads the cookie"

    # It comes by itself, without a reload.
    browser.script("window.loadedOnce = true")
    job = hire(url, caller, "one two three")
    took = browser.until(says("Waiting for you: 1"))
    print(f"what waits is shown {took * 1000:.0f} ms after it was asked")
    for shown in ("Call text_statistics of agent text-statistics", "asked by account:caller"):
        assert shown in browser.text(), browser.text()

    # What is being written stays, while the list changes under it.
    browser.click("summary")
    browser.type("details[open] textarea", "go ahead")
    other = hire(url, caller, "four five")
    browser.until(says("Waiting for you: 2"))
    assert browser.script("document.querySelector('details[open] textarea').value") == "go ahead"
    for shown in ("one two three", "at most 0.01 ALGO", "for account:caller"):
        assert shown in browser.text(), browser.text()
    assert browser.script("document.documentElement.scrollWidth <= window.innerWidth"), "it fits a phone"
    picture = base64.b64decode(browser.do("/screenshot"))
    with open(screenshot, "wb") as file:
        file.write(picture)
    assert browser.script("window.loadedOnce === true"), "it was not loaded anew"

    # Two clicks: the first opened it.
    browser.click("details[open] button[value=approve]")
    browser.until(says("Waiting for you: 1"))
    assert wait_for_end(url, caller, job) == "completed"
    browser.click("summary")
    browser.click("details[open] button[value=reject]")
    browser.until(says("Nothing waits for you"))
    assert wait_for_end(url, caller, other) == "failed"
    for shown in ("approved", "rejected"):
        assert shown in browser.text(), browser.text()

    faults = [entry for entry in browser.do("/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]
    faults = [entry for entry in faults if "401" not in entry["message"] and "favicon" not in entry["message"]]
    assert not faults, faults
    browser.click("header button")
    browser.until(says("Your API key"))
    browser.end()
    print("the page works in the browser")


if __name__ == "__main__":
    address, approver_key, caller_key, picture_file = sys.argv[1:]
    chromedriver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        port = None
        for line in chromedriver.stdout:
            if "started successfully on port" in line:
                port = line.rstrip().rstrip(".").rsplit(" ", 1)[1]
                break
        assert port, "chromedriver does not start"
        main(address, approver_key, caller_key, picture_file, f"http://127.0.0.1:{port}")
    finally:
        chromedriver.terminate()
        chromedriver.wait(timeout=10)
