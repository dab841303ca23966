import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { launch } from "./chromium/launch.js";
import { PlaygroundPage } from "./playground/open.js";
import { ServeCommand } from "./playground/serve.js";

const chromium = inject("chromium");

const QUERY = "what makes rim brakes squeal?";
const DOCUMENTS = [
  "Store the bicycle in a dry place. Hang it by the frame and let some air out of the tyres.",
  "A lamp that flickers has a loose contact. Follow the wire from the dynamo to the front.",
  "Clean the rim with a cloth and a little alcohol first. Rim brakes squeal because the pads meet the rim with their rear edge and start to vibrate.",
  "Put one drop of oil on each roller of the chain. Wipe off everything that you can reach.",
];

describe.skipIf(!chromium)("the playground of `serve` in Chromium", () => {
  let browser: Browser;
  let server: ServeCommand;
  let opened: PlaygroundPage;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(chromium!), ServeCommand.start(["--max-documents", "150"])]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    opened = await PlaygroundPage.open(browser, server.url);
  });
  afterEach(async () => {
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  describe("the list of results", () => {
    it("puts pasted documents in the server's own order, with scores, bars and moves", async () => {
      await opened.fill(QUERY, DOCUMENTS.join("\n"));
      await expect.poll(() => opened.cards().then((cards) => cards.map(({ rank }) => rank))).toHaveLength(4);
      const cards = await opened.rank();
      const response = await fetch(`${server.url}/v1/rerank`, {
        method: "POST",
        body: JSON.stringify({ query: QUERY, documents: DOCUMENTS }),
      });
      const { results } = (await response.json()) as { results: { index: number; relevance_score: number }[] };
      expect(cards.map(({ text }) => text)).toEqual(results.map(({ index }) => DOCUMENTS[index]));
      expect(cards.map(({ rank }) => rank)).toEqual(["1", "2", "3", "4"]);
      expect(cards[0]).toMatchObject({ change: "3 → 1", text: DOCUMENTS[2] });
      cards.forEach(({ score, bar }, place) => {
        const expected = results[place]!.relevance_score;
        expect(Number(score.replaceAll("−", "-"))).toBeCloseTo(expected, 3);
        expect(bar).toBeCloseTo(expected, 5);
      });
      expect(await opened.moves()).toBeGreaterThan(0);
      expect(await opened.text("#status")).toMatch(/^4 documents in \d/);
    });

    it("marks the passage that answers", async () => {
      await opened.fill(QUERY, DOCUMENTS.join("\n"));
      await opened.rank();
      await expect
        .poll(async () => (await opened.cards())[0]?.marked)
        .toBe("Rim brakes squeal because the pads meet the rim with their rear edge and start to vibrate.");
    });

    it("shows the original order on request, and then the new one again", async () => {
      await opened.fill(QUERY, DOCUMENTS.join("\n"));
      const ranked = await opened.rank();
      await opened.page.check("input[name=view][value=given]", { force: true });
      expect((await opened.cards()).map(({ text }) => text)).toEqual(DOCUMENTS);
      await opened.page.check("input[name=view][value=new]", { force: true });
      expect((await opened.cards()).map(({ text }) => text)).toEqual(ranked.map(({ text }) => text));
    });

    it("is updated when alpha or topK of a hybrid changes, and shows both scores", async () => {
      await opened.fill(QUERY, DOCUMENTS.join("\n"));
      await opened.page.check("input[value=hybrid]", { force: true });
      await opened.rank();
      const before = opened.requests.length;
      await opened.page.fill("#top-k", "2");
      await expect.poll(() => opened.text("#cards")).toContain("not read by the cross-encoder");
      expect(opened.requests.length).toBeGreaterThan(before);
      expect(await opened.text(".card .stages")).toMatch(/^first stage 0\.\d+ · cross-encoder 0\.\d+$/);
      await opened.page.fill("#alpha", "0");
      await expect.poll(() => opened.text("#alpha-value")).toBe("0.00");
      const first = (await opened.page.$$eval(".card .stages", (all) => all.map((each) => each.textContent))).map(
        (text) => Number(/first stage (\S+)/.exec(text!)![1]!.replaceAll("−", "-")),
      );
      expect(first[0]).toBe(Math.max(...first));
      const [best] = await opened.cards();
      await expect.poll(() => opened.text("#status")).toContain(`Best score ${best!.score}`);
    });

    it("scores all of a long document, and shows a part of it until it is unfolded", async () => {
      const filler = "The shop is open from nine to five and closed on Sundays. ".repeat(80);
      const long = `${filler}${DOCUMENTS[2]} ${filler}`.trim();
      await opened.fill(QUERY, JSON.stringify([DOCUMENTS[0], long]));
      const cards = await opened.rank();
      await expect.poll(async () => (await opened.cards())[0]?.marked).toMatch(/^Rim brakes squeal/);
      expect(cards[0]!.text.length).toBeLessThan(600);
      const button = opened.page.locator(".card:first-child .link");
      expect(await button.getAttribute("aria-expanded")).toBe("false");
      await button.click();
      expect((await opened.cards())[0]!.text).toBe(long);
      expect(await button.getAttribute("aria-expanded")).toBe("true");
    });

    it("stays usable with 120 documents", async () => {
      const many = Array.from({ length: 120 }, (_, index) => `${DOCUMENTS[index % 4]} Note ${index + 1}.`);
      await opened.fill(QUERY, many.join("\n"));
      const cards = await opened.rank();
      expect(cards).toHaveLength(100);
      expect(cards[0]!.text).toContain("squeal");
      await opened.page.click("#more");
      const all = await opened.cards();
      expect(all.map(({ text }) => text).toSorted()).toEqual(many.toSorted());
      expect(await opened.page.evaluate(() => document.activeElement === document.querySelectorAll(".card")[100])).toBe(
        true,
      );
    });

    it("stays unchanged when a run is stopped, and the next run works", async () => {
      const heavy = Array.from({ length: 150 }, (_, index) => `${index} ${DOCUMENTS.join(" ").repeat(5)}`);
      await opened.fill(QUERY, heavy.join("\n"));
      await opened.page.click("#run");
      await opened.page.keyboard.press("Escape");
      expect(await opened.text("#status")).toBe("Stopped.");
      expect(await opened.text("#run")).toBe("Rerank");
      await opened.fill(QUERY, DOCUMENTS.join("\n"));
      expect(await opened.rank()).toHaveLength(4);
    });

    it("shows markup in documents as text", async () => {
      const hostile = [
        '<img src=x onerror="document.title=1"><script>document.title=2</script>',
        `${"<b>brakes</b> squeal. ".repeat(40)}<iframe src="//example.org">`,
        "javascript:alert(1) {{7*7}} &lt;b&gt;",
      ];
      await opened.fill("<i>squeal</i>", hostile.join("\n"));
      const cards = await opened.rank();
      await opened.page.waitForTimeout(300);
      expect(cards.map(({ text }) => text)).toContain(hostile[0]);
      expect(await opened.page.$$eval("#cards :is(img, script, b, i:not(.bar i), iframe)", (all) => all.length)).toBe(
        0,
      );
      expect(await opened.page.title()).toBe("Reranker playground · langchain-rerank");
    });
  });

  describe("the error message", () => {
    it("says that there is nothing to rank, and moves the focus to the empty field", async () => {
      await opened.fill("", DOCUMENTS.join("\n"));
      await opened.page.click("#run");
      expect(await opened.text("#problem")).toMatch(/^No query/);
      expect(await opened.page.evaluate(() => document.activeElement?.id)).toBe("query");
      await opened.fill(QUERY, " \n ");
      await opened.page.click("#run");
      expect(await opened.text("#problem")).toMatch(/^No documents/);
      expect(await opened.page.evaluate(() => document.activeElement?.id)).toBe("documents");
      await opened.fill(QUERY, '["a", ');
      await opened.page.click("#run");
      expect(await opened.text("#problem")).toMatch(/^TextSourceError\. .*JSON/);
    });

    it("repeats what the server answered", async () => {
      await opened.fill(QUERY, Array(151).fill("d").join("\n"));
      await opened.page.click("#run");
      await expect.poll(() => opened.text("#problem")).toContain("at most 150 texts are allowed per request");
    });

    it("says that the server cannot be reached", async () => {
      const other = await ServeCommand.start();
      const page = await PlaygroundPage.open(browser, other.url);
      await other.stop();
      await page.page.click("#run");
      await expect.poll(() => page.text("#problem")).toMatch(/^Server not reached/);
      await page.close();
    });

    it("asks for a key that is needed, which stays in the tab and out of links", async () => {
      const key = "playground-key-123";
      const guarded = await ServeCommand.start([], { LANGCHAIN_RERANK_API_KEY: key });
      const page = await PlaygroundPage.open(browser, guarded.url, {
        permissions: ["clipboard-read", "clipboard-write"],
      });
      await expect.poll(() => page.text("#problem")).toMatch(/^Invalid api key/);
      expect(await page.page.evaluate(() => document.activeElement?.id)).toBe("key");
      await page.page.keyboard.type(key);
      await page.page.keyboard.press("Enter");
      await page.page.waitForSelector("#model option", { state: "attached" });
      expect(await page.rank()).toHaveLength(12);
      await page.page.click("#share");
      await expect.poll(() => page.page.evaluate(() => location.hash)).toMatch(/^#p1=/);
      const kept = await page.page.evaluate(() => ({
        session: Object.values(sessionStorage),
        local: localStorage.length,
        cookie: document.cookie,
      }));
      expect(kept).toEqual({ session: [key], local: 0, cookie: "" });
      expect(page.faults).toEqual([]);
      await page.close();
      await guarded.stop();
    });
  });

  describe("a link", () => {
    const permissions = ["clipboard-read", "clipboard-write"];

    it("restores query, documents and settings, sends nothing by itself, and gives the same order", async () => {
      const first = await PlaygroundPage.open(browser, server.url, { permissions });
      await first.fill(QUERY, DOCUMENTS.join("\n\n"));
      await first.page.check("input[value=hybrid]", { force: true });
      await first.page.fill("#alpha", "0.35");
      const ranked = await first.rank();
      await first.page.click("#share");
      await expect.poll(() => first.text("#status")).toContain("Link copied");
      const link = await first.page.evaluate(() => navigator.clipboard.readText());
      await first.close();

      const second = await PlaygroundPage.open(browser, link);
      await expect.poll(() => second.text("#status")).toContain("Opened from a link");
      expect(second.requests).toEqual(["/", "/playground/models"]);
      expect(await second.page.inputValue("#query")).toBe(QUERY);
      expect(await second.page.inputValue("#alpha")).toBe("0.35");
      expect((await second.rank()).map(({ text, score }) => [text, score])).toEqual(
        ranked.map(({ text, score }) => [text, score]),
      );
      expect(second.faults).toEqual([]);
      await second.close();
    });

    it.each(["#p1=broken!", "#p1=AAAA", "#something"])("to %s is reported, and the page works", async (fragment) => {
      const page = await PlaygroundPage.open(browser, `${server.url}/${fragment}`);
      await expect.poll(() => page.text("#problem")).toMatch(/^This link cannot be read\./);
      await page.fill(QUERY, DOCUMENTS.join("\n"));
      expect(await page.rank()).toHaveLength(4);
      expect(page.faults).toEqual([]);
      await page.close();
    });

    it("that names a model which the server does not offer is reported", async () => {
      const { encodeFragment } = await import("../../src/apps/playground/share/fragment.js");
      const { DEFAULT_STATE } = await import("../../src/apps/playground/settings.js");
      const state = { ...DEFAULT_STATE, query: QUERY, text: DOCUMENTS.join("\n"), model: "gone-model" };
      const page = await PlaygroundPage.open(browser, `${server.url}/#${await encodeFragment(state)}`);
      await expect.poll(() => page.text("#problem")).toContain('There is no model "gone-model" here.');
      await page.close();
    });
  });

  describe("a file", () => {
    const drop = (files: Record<string, string>) =>
      opened.page.evaluate((given) => {
        const dataTransfer = new DataTransfer();
        for (const [name, text] of Object.entries(given)) dataTransfer.items.add(new File([text], name));
        const options = { bubbles: true, cancelable: true, dataTransfer };
        document.body.dispatchEvent(new DragEvent("dragover", options));
        document.body.dispatchEvent(new DragEvent("drop", options));
      }, files);

    it("that is dropped becomes documents, which can be undone", async () => {
      const before = await opened.page.inputValue("#documents");
      await drop({ "a.jsonl": '{"text":"first"}\n{"text":"second"}', "b.csv": "id,text\n1,third" });
      await expect.poll(() => opened.page.inputValue("#documents")).toBe("first\nsecond\nthird");
      await expect.poll(() => opened.text("#count")).toBe("3 documents, one per line");
      await opened.page.click("#undo");
      expect(await opened.page.inputValue("#documents")).toBe(before);
    });

    it("that is opened becomes documents", async () => {
      await opened.page.setInputFiles("#file", {
        name: "notes.md",
        mimeType: "text/markdown",
        buffer: Buffer.from("# One\ntext\n\n# Two\n\nmore text"),
      });
      await expect.poll(() => opened.text("#count")).toBe("2 documents, separated by dashes");
    });

    it("that cannot be read is reported by name", async () => {
      await drop({ "photo.png": "x" });
      await expect.poll(() => opened.text("#problem")).toContain("photo.png cannot be opened. Choose one of .txt");
      await drop({ "bad.jsonl": '{"text":' });
      await expect.poll(() => opened.text("#problem")).toContain("bad.jsonl:1 is not valid JSON");
    });
  });

  describe("Japanese text", () => {
    it("is ranked, with a warning from models that do not read it", async () => {
      await opened.page.selectOption("#example", { label: "日本語: 十の文" });
      expect(await opened.page.inputValue("#query")).toBe("食べ物に関する話");
      const cards = await opened.rank();
      expect(cards).toHaveLength(10);
      expect(cards.map(({ text }) => text)).toContain("昨日の夕食は、自分で作ったカレーライスでした。");
      expect(await opened.text("#language")).toMatch(/made for English.*Japanese/);
    });

    it("can be typed with an input method, whose Enter accepts a word without ranking", async () => {
      await opened.page.fill("#query", "");
      await opened.page.focus("#query");
      const session = await opened.page.context().newCDPSession(opened.page);
      await session.send("Input.imeSetComposition", { text: "たべもの", selectionStart: 4, selectionEnd: 4 });
      const before = opened.requests.length;
      await opened.page.keyboard.press("Enter");
      await session.send("Input.insertText", { text: "食べ物" });
      expect(await opened.page.inputValue("#query")).toContain("食べ物");
      expect(opened.requests.length).toBe(before);
      await opened.page.keyboard.press("Enter");
      await opened.ranked();
      expect(opened.requests.length).toBeGreaterThan(before);
    });
  });

  describe("the page", () => {
    it("works by keyboard alone", async () => {
      const { keyboard } = opened.page;
      const focused = () =>
        opened.page.evaluate(() => document.activeElement?.id || (document.activeElement as HTMLInputElement)?.value);
      const reach = async (name: string) => {
        for (let presses = 0; presses < 25; presses++) {
          await keyboard.press("Tab");
          if ((await focused()) === name) return;
        }
        throw new Error(`${name} cannot be reached by Tab`);
      };
      await keyboard.press("Tab");
      expect(await focused()).toBe("skip");
      await reach("query");
      await keyboard.press("Control+a");
      await keyboard.type(QUERY);
      await reach("documents");
      await keyboard.press("Control+a");
      await keyboard.insertText(DOCUMENTS.join("\n"));
      await reach("cross-encoder");
      await keyboard.press("ArrowRight");
      expect(await focused()).toBe("hybrid");
      await reach("alpha");
      await keyboard.press("ArrowRight");
      expect(await opened.text("#alpha-value")).toBe("0.75");
      await reach("run");
      await keyboard.press("Enter");
      expect((await opened.ranked())[0]).toMatchObject({ change: "3 → 1" });
      await reach("new");
      await keyboard.press("ArrowRight");
      expect((await opened.cards())[0]).toMatchObject({ text: DOCUMENTS[0] });
    });

    it("has a link past the form, and announces results to screen readers", async () => {
      await opened.page.keyboard.press("Tab");
      await opened.page.keyboard.press("Enter");
      expect(await opened.page.evaluate(() => document.activeElement?.id)).toBe("results-title");
      expect(await opened.page.evaluate(() => location.hash)).toBe("");
      expect(await opened.page.getAttribute("#status", "role")).toBe("status");
      expect(await opened.page.getAttribute("#problem", "role")).toBe("alert");
    });

    it("has no animation for people who prefer reduced motion", async () => {
      const calm = await PlaygroundPage.open(browser, server.url, { reducedMotion: "reduce" });
      expect((await calm.rank())[0]!.change).not.toBe("");
      expect(await calm.moves()).toBe(0);
      await calm.close();
    });

    it.each([320, 390, 768, 1440])("never scrolls sideways at %d pixels", async (width) => {
      const page = await PlaygroundPage.open(browser, server.url, { viewport: { width, height: 800 } });
      expect(await page.overflow()).toBeLessThanOrEqual(0);
      await page.page.check("input[value=hybrid]", { force: true });
      await page.fill("x".repeat(200), [`${"unbroken".repeat(60)}`, ...DOCUMENTS].join("\n"));
      await page.rank();
      expect(await page.overflow()).toBeLessThanOrEqual(0);
      await page.close();
    });

    it("scrolls to the results on a phone, where they are below the form", async () => {
      const phone = await PlaygroundPage.open(browser, server.url, {
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      await phone.rank();
      const top = () => phone.page.evaluate(() => document.querySelector("#results")!.getBoundingClientRect().top);
      await expect.poll(top).toBeLessThan(100);
      await phone.close();
    });

    it.each(["light", "dark"] as const)("has no violation that axe-core finds in %s colors", async (colorScheme) => {
      const page = await PlaygroundPage.open(browser, server.url, { colorScheme });
      const [red] = await page.page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g)!);
      expect(Number(red) > 128).toBe(colorScheme === "light");
      expect(await page.accessibility()).toEqual([]);
      await page.page.check("input[value=hybrid]", { force: true });
      await page.rank();
      await expect.poll(async () => (await page.cards())[0]?.marked).not.toBe("");
      expect(await page.accessibility()).toEqual([]);
      await page.page.fill("#query", "");
      await page.page.click("#run");
      expect(await page.accessibility()).toEqual([]);
      await page.close();
    });
  });
});
