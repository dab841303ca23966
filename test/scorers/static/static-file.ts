/** A static model's file, written as the recipe writes it. */
export interface StaticFile {
  vocabulary: string[];
  /** One row per token, whole numbers from −128 to 127. */
  vectors: number[][];
  scales: number[];
  weights?: number[];
  share?: string;
  /** JSON of a calibration. */
  calibration?: string;
}

export function staticFile({ vocabulary, vectors, scales, weights, share, calibration }: StaticFile): Uint8Array {
  const tensors = {
    embeddings: ["I8", [vectors.length, scales.length], new Uint8Array(Int8Array.from(vectors.flat()).buffer)],
    scales: ["F32", [scales.length], new Uint8Array(Float32Array.from(scales).buffer)],
    ...(weights && { weights: ["U8", [weights.length], Uint8Array.from(weights)] }),
  } as const;
  const header: Record<string, unknown> = {
    __metadata__: {
      vocabulary: vocabulary.join("\n"),
      ...(share !== undefined && { maxsim_share: share }),
      ...(calibration !== undefined && { calibration }),
    },
  };
  let end = 0;
  for (const [name, [dtype, shape, bytes]] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return Uint8Array.from([length, text, ...Object.values(tensors).map(([, , bytes]) => bytes)].flatMap((b) => [...b]));
}

/** The score as its definition has it, without any of the shortcuts. */
export function expectedScore(file: StaticFile, query: readonly number[], text: readonly number[]): number {
  if (query.length === 0 || text.length === 0) return 0;
  const vector = (row: number) => file.vectors[row]!.map((value, i) => value * Math.fround(file.scales[i]!));
  const sum = (rows: readonly number[]) =>
    file.scales.map((_, i) => rows.reduce((total, row) => total + vector(row)[i]!, 0));
  const length = (v: readonly number[]) => Math.hypot(...v);
  const cosine = (a: readonly number[], b: readonly number[]) => {
    const product = a.reduce((total, value, i) => total + value * b[i]!, 0);
    return length(a) > 0 && length(b) > 0 ? product / length(a) / length(b) : 0;
  };
  const weight = (row: number) =>
    file.weights ? 2 ** ((file.weights[row]! - 255) / 16) : Math.max(1e-9, length(vector(row)) ** 2.5);
  let late = 0;
  let total = 0;
  for (const token of query) {
    late += weight(token) * Math.max(...text.map((other) => cosine(vector(token), vector(other))));
    total += weight(token);
  }
  const share = Number(file.share ?? 0.5);
  return share * (late / total) + (1 - share) * cosine(sum(query), sum(text));
}
