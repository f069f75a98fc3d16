import type { Backend } from './backend'
export interface SystemTables {
  readonly x?: number
}
export function makeSystemTables(_b: Backend, _d: string): SystemTables {
  return {}
}
