/** What the infrastructure writes into a new secret parameter: a person puts the secret there, no plan or state ever sees it. */
export const PLACEHOLDER = 'PLACEHOLDER'
