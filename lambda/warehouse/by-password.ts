import type { CredentialsPort, SecretsPort } from '../ports'

/** The login of a user whose password lies in a parameter. */
export function byPassword(
  secrets: SecretsPort,
  { user, parameter }: { readonly user: string; readonly parameter: string },
): CredentialsPort {
  const ifRefused = `check the user, and put its current password into the parameter ${parameter}`
  return async (how) => ({ user, password: await secrets.read(parameter, how), ifRefused })
}
