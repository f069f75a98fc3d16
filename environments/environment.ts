import { z } from 'zod'
import { PenstockError } from '../lambda/errors'
import type { S3Url } from '../lambda/model'
import { type Problem, problemsOf, readSettings, type SettingsInput } from '../lambda/settings'
import { TOLD } from '../lambda/settings-problems'

/** Everything that differs between two deployments. */
export interface EnvironmentInput extends Omit<SettingsInput, 'work' | 'notify'> {
  /** Twelve digits. Terraform refuses to touch any other account. */
  readonly account: string
  /** For instance `eu-west-1`. */
  readonly region: string
  /** Name of the landing bucket, which is created. */
  readonly bucket: string
  /** Who is told, by mail. A route may name topics of its own instead. @default nobody */
  readonly notify?: { readonly failures?: string; readonly successes?: string }
}

/** An environment whose every value was checked. */
export interface Environment {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly bucket: string
  readonly notify: { readonly failures?: string | undefined; readonly successes?: string | undefined }
  /** The document that the functions read. */
  readonly settings: SettingsInput
}

const email = z.string().regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'a mail address is expected')

const infrastructure = z.object({
  account: z.string().regex(/^\d{12}$/, 'an AWS account has twelve digits'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is named like eu-west-1'),
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'a bucket is named by 3–63 lower-case letters, digits, dots and hyphens',
    ),
  notify: z.strictObject({ failures: email.optional(), successes: email.optional() }).default({}),
})

const INFRASTRUCTURE_KEYS = new Set(Object.keys(infrastructure.shape))

/** Checks an environment and fills in the defaults. Throws `MALFORMED_SETTINGS` that lists every problem with its path. */
export function environment(input: EnvironmentInput): Environment {
  const placed = infrastructure.safeParse(input, TOLD)
  const settings = settingsOf(input)
  const checked = readSettings(settings, [...INFRASTRUCTURE_KEYS])
  const problems: readonly Problem[] = [
    ...(placed.success ? [] : placed.error.issues.flatMap((issue) => problemsOf(issue))),
    // A wrong bucket is told once, as the bucket.
    ...(checked.kind === 'invalid' ? checked.problems.filter(({ path }) => path !== 'work' && path !== 'bucket') : []),
  ]
  if (!placed.success || problems.length > 0) throw problem(input.name, problems)
  return { name: input.name, ...placed.data, settings }
}

function settingsOf(input: EnvironmentInput): SettingsInput {
  const rest = Object.fromEntries(Object.entries(input).filter(([key]) => !INFRASTRUCTURE_KEYS.has(key)))
  return { ...(rest as Omit<SettingsInput, 'work' | 'bucket'>), bucket: input.bucket, work: workOf(input.bucket) }
}

/** Where batches keep their objects: in the landing bucket, which the warehouse's role may read. */
function workOf(bucket: string): S3Url {
  return `s3://${bucket}/_penstock/`
}

function problem(name: unknown, problems: readonly Problem[]): PenstockError {
  const list = problems.map(({ path, message }) => `\n  ${path || 'the environment'}: ${message}`).join('')
  return new PenstockError('MALFORMED_SETTINGS', `environment ${String(name)} cannot be used:${list}`)
}
