import { describe, expect, it } from 'vitest';
import { humanDuration, rfc3339Nano } from './go-time.ts';

const HOUR_S = 3_600;

describe('times as Go writes them', () => {
  it.each([
    [0, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [120, '2 minutes'],
    [HOUR_S, 'About an hour'],
    [1.5 * HOUR_S, '2 hours'],
    [47 * HOUR_S, '47 hours'],
    [48 * HOUR_S, '2 days'],
    [13 * 24 * HOUR_S, '13 days'],
    [14 * 24 * HOUR_S, '2 weeks'],
    [60 * 24 * HOUR_S, '2 months'],
    [2 * 365 * 24 * HOUR_S, '2 years'],
  ])('%d s is %s', (seconds, words) => {
    expect(humanDuration(seconds * 1_000)).toBe(words);
  });

  it.each([
    [Date.UTC(2021, 5, 10, 8), '2021-06-10T08:00:00Z'],
    [Date.UTC(2021, 5, 10, 8, 0, 0, 500), '2021-06-10T08:00:00.5Z'],
    [Date.UTC(2021, 5, 10, 8, 0, 10, 120), '2021-06-10T08:00:10.12Z'],
  ])('%d is %s', (atMs, text) => {
    expect(rfc3339Nano(atMs)).toBe(text);
  });
});
