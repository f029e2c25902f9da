// SQL that counts the visible products of every category, each product once in every subtree that holds it.
import type { Queryable } from '@cartwright/db'

/** Counts by category id; a category without products is left out. */
export const countProducts = async (db: Queryable): Promise<Map<string, number>> => {
  const rows = await db.rows<{ category_id: string; products: number }>`
    WITH RECURSIVE above AS (
      SELECT id AS category_id, id AS below_id
      FROM category
      UNION DISTINCT
      SELECT c.parent_id, above.below_id
      FROM above
      JOIN category c ON c.id = above.category_id
      WHERE c.parent_id IS NOT NULL
    )
    SELECT above.category_id, COUNT(DISTINCT p.id) AS products
    FROM above
    JOIN product_category pc ON pc.category_id = above.below_id
    JOIN product p ON p.id = pc.product_id
    WHERE p.status = 'active' AND p.deleted_at IS NULL
    GROUP BY above.category_id`
  return new Map(rows.map(({ category_id, products }) => [category_id, products]))
}
