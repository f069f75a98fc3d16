/** Names and keys of the embedded environment. None of them is a secret: nothing but loopback reaches it. */
export const LOCAL = {
  name: 'local',
  region: 'eu-west-1',
  account: '000000000000',
  bucket: 'landing',
  warehouse: 'main',
  database: 'dev',
  user: 'penstock',
  firstPassword: 'First-password-1',
  /** The warehouse as IAM authentication knows it, and the role with which it is asked. */
  cluster: 'penstock-local',
  workgroup: 'penstock-local',
  role: 'penstock-local-on-load',
  /** Holds the loader's first password, for the Data API. */
  secret: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:penstock-local-AbCdEf',
  /** A person who creates tables and reads them. */
  admin: 'analyst',
  adminPassword: 'Analyst-password-1',
} as const

export const QUEUES = { objects: 'penstock-local-objects', wakes: 'penstock-local-wakes' } as const

/** Name of a queue's dead-letter queue. */
export function deadLettersOf(queue: string): string {
  return `${queue}-dead`
}

export const TABLE_NAMES = {
  arrivals: 'penstock-local-arrivals',
  files: 'penstock-local-files',
  batches: 'penstock-local-batches',
  targets: 'penstock-local-targets',
} as const

/** The settings lie in a bucket of their own, so that nothing is in the landing bucket before its first file. */
export const SETTINGS_BUCKET = 'penstock-local-settings'

/** The timeouts of the functions; a queue's visibility is six times the timeout of its reader. */
export const TIMEOUTS_MS = { onObject: 60_000, onLoad: 120_000, onTick: 60_000 } as const
