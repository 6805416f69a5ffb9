/** What a measurement is compared with: something plain, measured in the same run. */
export interface Baseline {
  name: string;
  value: number;
}

/** One number of ours beside those of its baselines. */
export interface Measurement {
  case: string;
  value: number;
  baselines: readonly Baseline[];
  /** For orientation: what the real thing gave on another machine of this kind. */
  elsewhere?: Baseline;
  /** More about the case: percentiles, memory, CPU. Units are in the names. */
  more?: Readonly<Record<string, number | string>>;
}

/** What a benchmark found. */
export interface Result {
  /** The name it is run by. */
  benchmark: string;
  title: string;
  /** Of all values, e.g. `requests/s`. */
  unit: string;
  /** Whether more of the unit is better. */
  better: 'more' | 'less';
  measurements: readonly Measurement[];
  /** What was measured, in sentences. */
  notes: readonly string[];
}

/** How a benchmark is to run. */
export interface BenchOptions {
  /** A short run that shows that everything works; its numbers mean little. */
  quick: boolean;
  /** Only cases in whose name this is. */
  cases: string;
  /** Where processes write a CPU profile when they end; absent = none. */
  profileFolder?: string;
  /** Says what is being done. */
  tell: (text: string) => void;
}

export interface Benchmark {
  name: string;
  run(options: BenchOptions): Promise<Result>;
}

/** How often ours is the baseline: 1 is as good, below 1 is worse, whichever way the unit counts. */
export function ratio({ better }: Pick<Result, 'better'>, ours: number, baseline: number): number {
  return better === 'more' ? ours / baseline : baseline / ours;
}

/** The middle one, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
