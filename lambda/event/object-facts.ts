import * as z from 'zod'

/** The longest key that S3 takes, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024

/** Says in a person's words what is wrong with a field; the path in front of it is added by {@link faultsOf}. */
export const expected = (what: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined ? 'is missing' : `is not ${what}`

/** Old buckets in us-east-1 may have capitals, underscores and up to 255 characters. A slash would end the name in an address. */
export const bucketName = z
  .string({ error: expected('text') })
  .regex(/^[A-Za-z0-9._-]{1,255}$/, { error: 'is not the name of a bucket' })

/** A key as it is in S3. */
export const rawKey = z.string({ error: expected('text') }).superRefine((key, context) => {
  const fault = faultOfKey(key)
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
})

/** Some emulators quote it as the header does; S3's events do not. */
export const etag = z
  .string({ error: expected('text') })
  .transform((text) => text.replace(/^"(.*)"$/, '$1'))
  .pipe(z.string().min(1, { error: 'is empty' }))

export const sizeBytes = z
  .number({ error: expected('a number') })
  .refine((size) => Number.isSafeInteger(size) && size >= 0, { error: 'is not a whole number of bytes, 0 or more' })

/** Absent in buckets without versions; emulators write null or nothing. */
export const versionId = z
  .string({ error: expected('text') })
  .nullish()
  .transform((id) => id || undefined)

/** Only orders the events of one key, so a strange one is left out rather than the file held up. */
export const sequencer = z.unknown().transform((value) => {
  return typeof value === 'string' && /^[0-9A-Fa-f]+$/.test(value) ? value : undefined
})

export const timeMs = z.iso
  .datetime({ offset: true, error: expected('an ISO 8601 time with a zone') })
  .transform((text) => Date.parse(text))

/** All that is wrong, each with its path: `Records[0].s3.object.size is missing; …`. */
export function faultsOf(error: z.ZodError, path: string): string {
  return error.issues
    .map((issue) => `${[path, ...issue.path].filter((part) => part !== '').join('.')} ${issue.message}`)
    .join('; ')
}

function faultOfKey(key: string): string | undefined {
  if (key === '') return 'is empty'
  // Half of a surrogate pair has no bytes in UTF-8, so no object can be called that.
  if (/\p{Surrogate}/u.test(key)) return 'holds half a character (a lone surrogate)'
  const bytes = Buffer.byteLength(key, 'utf8')
  return bytes > MAX_KEY_BYTES ? `has ${bytes} bytes, the longest key in S3 has ${MAX_KEY_BYTES}` : undefined
}
