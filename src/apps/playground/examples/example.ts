/** Something to try at once. */
export interface PlaygroundExample {
  name: string;
  query: string;
  documents: string[];
}

/** The examples that the build put into the page. */
export function readExamples(): PlaygroundExample[] {
  return JSON.parse(document.getElementById("example-data")?.textContent ?? "[]") as PlaygroundExample[];
}
