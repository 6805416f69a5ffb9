import { PROBLEM_TYPE, Problem } from './problem.ts';

/** The answer, head and all, to bytes that never became a request. `code` and `message` are of Node's HTTP parser. */
export function rawAnswer(code: string, message: string): string {
  return rawProblem(clientProblem(code, message));
}

function clientProblem(code: string, message: string): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      408,
      'too-slow',
      'Waited for the request, found only part of it in time. Send it at once.',
    );
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, 'too-large', 'The head of the request is larger than 16 KB.');
  return new Problem(400, 'not-http', `Tried to read an HTTP request: ${message}.`);
}

/** An answer to what never became a request. */
function rawProblem(problem: Problem): string {
  const { title, ...rest } = problem.toJson();
  const body = JSON.stringify({ title, ...rest });
  return [
    `HTTP/1.1 ${problem.status} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
