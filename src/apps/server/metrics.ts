import { monitorEventLoopDelay } from "node:perf_hooks";

/** Upper bounds of the histograms' buckets, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const QUANTILES = [50, 99];
const NANOSECONDS = 1e9;

/** Milliseconds between two measurements of the event loop. */
const SAMPLING = 10;

interface Histogram {
  buckets: number[];
  count: number;
  sum: number;
}

/** The state of the queue at one moment. */
export interface QueueState {
  running: number;
  waiting: number;
  waitingTexts: number;
  longestWait: number;
}

/** Counts of the server's work, as text in the Prometheus exposition format 0.0.4. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
  readonly #waits = emptyHistogram();
  readonly #totals = { documents: 0, tokens: 0 };
  readonly #eventLoop = monitorEventLoopDelay({ resolution: SAMPLING });

  constructor() {
    this.#eventLoop.enable();
  }

  /** One answered request. `route` must come from a fixed list: every value becomes a series. */
  answered(route: string, status: number, seconds: number): void {
    const key = `route="${route}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    const duration = this.#durations.get(route) ?? emptyHistogram();
    record(duration, seconds);
    this.#durations.set(route, duration);
  }

  /** One request that got its first turn after so many seconds. */
  waited(seconds: number): void {
    record(this.#waits, seconds);
  }

  /** Texts that were scored or embedded, and the tokens they came to. */
  worked(documents: number, tokens: number | undefined): void {
    this.#totals.documents += documents;
    this.#totals.tokens += tokens ?? 0;
  }

  /** All metrics, with the state of the queue at this moment. */
  render(queue: QueueState): string {
    const durations = [...this.#durations].flatMap(([route, duration]) => samples(duration, `route="${route}"`));
    const delays = QUANTILES.map((percent) => [`{quantile="${percent / 100}"}`, this.#delay(percent)] as const);
    return [
      family(
        "requests_total",
        "counter",
        "Requests answered.",
        [...this.#requests].map(([key, value]) => [`{${key}}`, value]),
      ),
      family("request_duration_seconds", "histogram", "Time from request to answer.", durations),
      family("documents_total", "counter", "Texts scored or embedded.", [["", this.#totals.documents]]),
      family("tokens_total", "counter", "Tokens that went through the models.", [["", this.#totals.tokens]]),
      family("queue_running", "gauge", "Requests that have begun.", [["", queue.running]]),
      family("queue_waiting", "gauge", "Requests that have not begun.", [["", queue.waiting]]),
      family("queue_texts", "gauge", "Texts that wait.", [["", queue.waitingTexts]]),
      family("queue_longest_wait_seconds", "gauge", "How long the first request in the queue has waited.", [
        ["", queue.longestWait],
      ]),
      family("queue_wait_seconds", "histogram", "Time from a request to its first turn.", samples(this.#waits, "")),
      family("event_loop_delay_seconds", "summary", "Delay of the event loop since the start.", delays),
      family("resident_memory_bytes", "gauge", "Memory of the process.", [["", process.memoryUsage.rss()]]),
    ].join("");
  }

  /** In seconds. Node's histogram holds the time from one measurement to the next, which in an idle loop is this interval. */
  #delay(percent: number): number {
    return Math.max(0, this.#eventLoop.percentile(percent) / NANOSECONDS - SAMPLING / 1000);
  }

  /** Stops sampling. */
  close(): void {
    this.#eventLoop.disable();
  }
}

function emptyHistogram(): Histogram {
  return { buckets: BUCKETS.map(() => 0), count: 0, sum: 0 };
}

function record(histogram: Histogram, seconds: number): void {
  BUCKETS.forEach((bound, index) => {
    if (seconds <= bound) histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
  });
  histogram.count++;
  histogram.sum += seconds;
}

function samples({ buckets, count, sum }: Histogram, labels: string): (readonly [string, number])[] {
  const between = labels === "" ? "" : `${labels},`;
  const braces = labels === "" ? "" : `{${labels}}`;
  return [
    ...buckets.map((value, index) => [`_bucket{${between}le="${BUCKETS[index]}"}`, value] as const),
    [`_bucket{${between}le="+Inf"}`, count],
    [`_sum${braces}`, sum],
    [`_count${braces}`, count],
  ];
}

function family(name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): string {
  const full = `langchain_rerank_${name}`;
  const lines = samples.map(([suffix, value]) => `${full}${suffix} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}
