import type { AnyTraceEvent, Host, World } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';
import type { ClusterDescription } from './description.ts';

/** What a command printed, and how it ended. */
export interface CommandResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

export interface CurlOptions {
  /** `-m`: give up after so many seconds. */
  maxTimeSeconds?: number;
  /** `-w '\nHTTP %{http_code}, %{size_download} bytes'` */
  withStatus?: boolean;
  /** `-H "Authorization: Bearer $TOKEN"`, the administrator's. */
  withToken?: boolean;
}

/** A running cluster, as the people around it can see and touch it. Nothing here reaches into a component. */
export interface Cluster extends AsyncDisposable {
  readonly world: World;
  readonly description: ClusterDescription;
  /** A node's host. @throws RangeError naming the nodes there are */
  host(node: string): Host;
  /** Runs the simulated kubectl on the cloud node. Whoever does presses Ctrl-C after two minutes: exit code 130. */
  kubectl(args: readonly string[]): Promise<CommandResult>;
  /** `curl -sSk URL` on a node; 127.0.0.1 is that node's own loopback. */
  curl(node: string, url: string, options?: CurlOptions): Promise<CommandResult>;
  /** A component's log since the cluster began, as klog writes it, up to a verbosity. */
  log(node: string, component: string, verbosity: number): string[];
  /** Every event so far. */
  events(): readonly AnyTraceEvent[];
  /** Resolves when `condition` holds, looked at after every event, or after `limitMs`; true when it held. */
  until(what: string, condition: () => boolean, limitMs: number): Promise<boolean>;
  /** Resolves when metrics-server has finished that many scrapes which began after now; at once for one outside. */
  scrapes(count: number): Promise<void>;
  /**
   * @throws RangeError for a node that is not there, UsageError for the line of a node with itself;
   * the errors of unknown releases and engines
   */
  act(action: Action): Promise<void>;
}
