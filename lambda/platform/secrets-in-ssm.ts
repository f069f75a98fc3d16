import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { PenstockError } from '../errors'
import type { SecretsPort } from '../ports'
import { AwsCallFailed, errorName, withContext } from './aws-call'
import { PLACEHOLDER } from './placeholder'

export interface SecretsSource {
  readonly client: SSMClient
  readonly now: () => number
  /** How long a value is used without asking again. SSM takes 40 requests a second for the whole account. @default 5 */
  readonly cacheMinutes?: number
  /** Hears every secret that was read, so that it can be kept out of logs. */
  readonly learn?: (secret: string) => void
}

/**
 * Secrets in SSM parameters. A cache of a few lines instead of a library's: that one knows neither our clock nor the
 * placeholder. A value is in no error: what is thrown names the parameter only.
 */
export function secretsInSsm({ client, now, cacheMinutes = 5, learn = () => {} }: SecretsSource): SecretsPort {
  const known = new Map<string, { readonly value: string; readonly readAtMs: number }>()

  return {
    async read(parameter, { fresh = false } = {}) {
      const cached = known.get(parameter)
      if (!fresh && cached && now() < cached.readAtMs + cacheMinutes * 60_000) return cached.value
      const readAtMs = now()
      const value = withoutLineEnd(await fetchParameter(client, parameter))
      if (value === '' || value === PLACEHOLDER) throw notSet(parameter)
      learn(value)
      known.set(parameter, { value, readAtMs })
      return value
    },
  }
}

async function fetchParameter(client: SSMClient, name: string): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))
    return Parameter?.Value ?? ''
  } catch (error) {
    if (errorName(error) === 'ParameterNotFound') throw notSet(name, error)
    if (errorName(error) === 'AccessDeniedException') {
      throw new AwsCallFailed(
        'AccessDeniedException',
        `the function's role may not read the parameter ${name}: it needs ssm:GetParameter on it, and kms:Decrypt on its key`,
        { cause: error },
      )
    }
    throw withContext(`GetParameter ${name}`, error)
  }
}

/** The command takes the value from a file, which editors end with a line end. No password does. */
function withoutLineEnd(value: string): string {
  return value.replace(/\r?\n$/, '')
}

function notSet(name: string, cause?: unknown): PenstockError {
  return new PenstockError(
    'SECRET_NOT_SET',
    `the secret ${name} is not set yet; set it with: aws ssm put-parameter --name ${name} --type SecureString --overwrite --value file://<file-with-the-password>`,
    { cause },
  )
}
