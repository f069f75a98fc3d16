import dev from './dev'
import prod from './prod'
import staging from './staging'

/** Every environment that can be deployed. One that is added here is synthesized, planned and tried like the others. */
export const ENVIRONMENTS = [dev, staging, prod] as const
