import { TEXT_EXTENSIONS } from "../../../text-sources/split-text.js";
import { TextSourceError } from "../../../text-sources/text-source-error.js";
import { MOST_FILE_BYTES, readFileDocuments } from "../input/read-file.js";
import { find, show } from "./find.js";

/** Reads files that are dropped anywhere on the page or opened with the button, and passes on their documents. */
export function takeFiles(onDocuments: (documents: string[]) => void, onError: (error: unknown) => void): void {
  const input = find(document, "#file", HTMLInputElement);
  const veil = find(document, "#drop", HTMLElement);
  const read = (files: readonly File[]) => readAll(files).then(onDocuments, onError);

  input.accept = TEXT_EXTENSIONS.join(",");
  find(document, "#open", HTMLButtonElement).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = Array.from(input.files ?? []);
    // The same file can then be opened again.
    input.value = "";
    if (files.length > 0) read(files);
  });

  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(veil, true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(veil, false);
  });
  addEventListener("drop", (event) => {
    show(veil, false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    read(Array.from(event.dataTransfer?.files ?? []));
  });
}

async function readAll(files: readonly File[]): Promise<string[]> {
  const documents: string[] = [];
  for (const file of files) {
    if (file.size > MOST_FILE_BYTES) {
      throw new TextSourceError(`${file.name} is larger than ${MOST_FILE_BYTES / 2 ** 20} MiB.`);
    }
    documents.push(...readFileDocuments(file.name, await file.arrayBuffer()));
  }
  return documents;
}
