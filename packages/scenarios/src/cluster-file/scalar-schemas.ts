// Single values of a cluster file: names, addresses, sizes, times and numbers.

export const name = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
export const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

export const text = (description: string, examples?: readonly string[]) =>
  ({ type: 'string', minLength: 1, maxLength: 200, description, ...(examples && { examples }) }) as const;
export const release = (description: string, example: string) =>
  ({ ...text(description, [example]), pattern: '^v?\\d+\\.\\d+\\.\\d+$' }) as const;
export const address = (description: string, example: string) =>
  ({ ...text(description, [example]), pattern: '^(\\d{1,3}\\.){3}\\d{1,3}$' }) as const;
export const size = (description: string, preset?: string) =>
  ({
    ...text(description, ['64Mi']),
    pattern: '^\\d{1,12}(\\.\\d{1,9})?([kMGT]|[KMGT]i)?$',
    ...(preset !== undefined && { default: preset }),
  }) as const;
export const cpu = (description: string, preset?: string) =>
  ({
    ...text(description, ['250m']),
    pattern: '^\\d{1,6}(\\.\\d{1,9})?m?$',
    ...(preset !== undefined && { default: preset }),
  }) as const;
export const duration = (description: string, preset?: string) =>
  ({
    ...text(description, ['2d', '1h30m', '15s']),
    pattern: '^(\\d{1,9}(ms|[smhd]))+$',
    ...(preset !== undefined && { default: preset }),
  }) as const;
export const count = (description: string, maximum: number, preset?: number) =>
  ({
    type: 'integer',
    minimum: 0,
    maximum,
    description,
    ...(preset !== undefined && { default: preset }),
  }) as const;
export const port = (description: string) => ({ ...count(description, 65_535), minimum: 1 }) as const;
export const texts = (description: string) =>
  ({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: 1_000_000 },
    description,
  }) as const;
