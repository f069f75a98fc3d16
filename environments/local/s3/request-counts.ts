/** How often each operation was asked for. */
export interface RequestCounts {
  readonly byOperation: ReadonlyMap<string, number>
  readonly count: (operation: string) => void
}

export function makeRequestCounts(): RequestCounts {
  const byOperation = new Map<string, number>()
  return {
    byOperation,
    count: (operation) => {
      byOperation.set(operation, (byOperation.get(operation) ?? 0) + 1)
    },
  }
}
