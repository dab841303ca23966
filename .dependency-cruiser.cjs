/**
 * The layers of `src`, from the top down. A file may import from its own layer and from those below it; docs/architecture.md says what
 * each layer is for.
 */
const LAYERS = [
  ["apps", "^src/apps/"],
  ["evaluation", "^src/evaluation(/|\\.ts$)"],
  ["rerankers", "^src/(rerankers|retrievers)/"],
  ["scorers", "^src/(scorers|embeddings)/"],
  ["models", "^src/(inference|static-model|models|platform)/"],
  ["kernel", "^src/kernel/"],
];

/** Entries re-export their own layer; the applications reach them by the package's name. */
const ENTRIES = "^src/(index|onnx|http|ollama|ai-sdk|static|models|evaluation|decisions)\\.ts$";

const upward = LAYERS.flatMap(([name, path], index) => {
  const above = LAYERS.slice(0, index).map(([, abovePath]) => abovePath);
  return above.length === 0
    ? []
    : [
        {
          name: `${name}-imports-downward-only`,
          severity: "error",
          comment: `Files of the ${name} layer must not import from the layers above it.`,
          from: { path, pathNot: ENTRIES },
          to: { path: above, pathNot: ENTRIES },
        },
      ];
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment: "Type-only imports count: a cycle means that two files cannot be read apart.",
      from: {},
      to: { circular: true },
    },
    ...upward,
    {
      name: "leaves-import-leaves",
      severity: "error",
      comment: "The shared files directly under src/ must not know what uses them.",
      from: { path: "^src/[^/]+\\.ts$", pathNot: ENTRIES },
      to: { path: "^src/[^/]+/" },
    },
    {
      name: "entries-are-for-users",
      severity: "error",
      comment:
        "Library files import the file that defines a thing, not the entry that re-exports it. Code that loads on first use is the exception: it is imported dynamically, by the package's own name.",
      from: { path: "^src/(?!apps/)", pathNot: ENTRIES },
      to: { path: ENTRIES, dynamic: false },
    },
    {
      name: "one-scorer-does-not-import-another",
      severity: "error",
      comment: "What remote scorers share is in scorers/remote.",
      from: { path: "^src/scorers/(http|ollama|ai-sdk|decisions|onnx|static)/" },
      to: { path: "^src/scorers/(http|ollama|ai-sdk|decisions|onnx|static)/", pathNot: "^src/scorers/$1/" },
    },
    {
      name: "threads-meet-at-the-protocol",
      severity: "error",
      comment:
        "The main thread's half of the engine and the worker's half share only the protocol, the tokenizer and the file formats.",
      from: { path: "^src/inference/engine/" },
      to: { path: "^src/inference/worker/" },
    },
    { name: "no-unresolved", severity: "error", from: { path: "^src/" }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
