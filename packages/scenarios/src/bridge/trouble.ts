import type { ApiError } from './api-client.ts';

/** What of an API server does not work at present, for a person: each sort of failure is told once, until all is well. */
export interface Trouble {
  /** That what `key` names has failed; it is tried again. */
  begin(key: string, error: ApiError): void;
  /** That it works. */
  end(key: string): void;
}

/** `remedy` says what to do about a failure, in a sentence. */
export function createTrouble(
  server: string,
  told: { report(line: string): void; remedy(error: ApiError): string },
): Trouble {
  const failing = new Set<string>();
  const statuses = new Set<number>();
  return {
    begin(key, error) {
      failing.add(key);
      if (statuses.has(error.status)) return;
      statuses.add(error.status);
      const { message, status } = error;
      const isRefusal = status === 401 || status === 403;
      told.report(
        isRefusal
          ? `${message}. ${told.remedy(error)} Asking again until it is allowed.`
          : `${message}; asking again until it is back`,
      );
    },
    end(key) {
      if (!failing.delete(key) || failing.size > 0) return;
      statuses.clear();
      told.report(`${server} is back`);
    },
  };
}
