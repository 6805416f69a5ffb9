import type { IncomingHttpHeaders } from 'node:http';
import type { NetSocket } from '@kubeedge-sim/sim-kit';
import type { GoResponse } from '../../go-http/response.ts';

/** What a handler sees of a request. `params` are the route's path parameters, `body` is UTF-8 text. */
export interface RouteRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** As they came, with the X-Forwarded-For that a proxy within edged adds. */
  headerPairs: readonly (readonly [string, string])[];
  params: Readonly<Record<string, string>>;
  body: string;
  /** Whether it asks for another protocol on its connection. */
  upgrade: boolean;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/** What edged says of an answer in the trace. */
export interface AnswerNotes {
  pods?: number;
  listed?: string[];
  skipped?: string[];
}

/** A whole answer. `headers` are those the handler sets; Content-Type undefined is left to Go's sniffing. */
export interface Answer extends GoResponse {
  readonly notes?: AnswerNotes;
}

/** An answer that goes on: its head is sent at once, then each piece as it comes, in chunks. */
export interface StreamedAnswer {
  readonly status: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly notes?: AnswerNotes;
}

/** An answer of a handler that takes the connection over, with what has come on it; its status is for the trace. */
export interface TakeOver {
  readonly status: number;
  readonly takeOver: (socket: NetSocket, head: Uint8Array, parent: number | undefined) => void;
  readonly notes?: AnswerNotes;
}

/** What a handler of edged panics with; net/http logs it and closes the connection. */
export class HandlerPanic extends Error {
  override toString(): string {
    return this.message;
  }
}

/** JSON as go-restful and kubelet answer it. */
export function jsonAnswer(body: string, notes: AnswerNotes = {}): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body, notes };
}

/** go-restful's WriteErrorString: the text alone, whose type is then sniffed. */
export function errorAnswer(status: number, body: string): Answer {
  return { status, headers: {}, body };
}

/** kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/stats/handler.go handleError. */
export function internalError(message: string): Answer {
  return errorAnswer(500, `Internal Error: ${message}`);
}

/** net/http's Error: the text, a newline, and no sniffing by the client. */
export function plainError(status: number, message: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: `${message}\n`,
  };
}

/** A handler that only prints "ok"; its type is sniffed. */
export function textAnswer(body: string): Answer {
  return { status: 200, headers: {}, body };
}

/** net/http's Redirect of a GET or HEAD; other methods get no body. */
export function movedPermanently(location: string, method: string): Answer {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 301, headers: { Location: location }, body: '' };
  return {
    status: 301,
    headers: { 'Content-Type': 'text/html; charset=utf-8', Location: location },
    body: `<a href="${escapeHtml(location)}">Moved Permanently</a>.\n\n`,
  };
}

const escapeHtml = (text: string) =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&#34;')
    .replace(/'/g, '&#39;');
