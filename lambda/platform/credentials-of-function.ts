import { PenstockError } from '../errors'

/** Credentials as the SDK takes them. */
export interface FunctionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Stands in the bundles for `@aws-sdk/credential-provider-node`, under whose name every client asks for it. Lambda gives a function
 * its role's credentials in these variables for as long as the process lives; the SDK's own would carry along, and unpack at
 * every cold start, what reads profiles, SSO sessions and instance metadata.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function defaultProvider(): () => Promise<FunctionCredentials> {
  return async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env
    if (!accessKeyId || !secretAccessKey) {
      const message =
        'the function has no credentials: Lambda gives them as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN'
      throw new PenstockError('CREDENTIALS_DENIED', message)
    }
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  }
}
