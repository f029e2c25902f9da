// Categories of the development shop: three trees of two levels.

interface SeedCategory {
  slug: string
  name: string
  parent?: string
}

export const seedCategories: readonly SeedCategory[] = [
  { slug: 'home', name: 'Home' },
  { slug: 'kitchen', name: 'Kitchen', parent: 'home' },
  { slug: 'lighting', name: 'Lighting', parent: 'home' },
  { slug: 'textiles', name: 'Textiles', parent: 'home' },
  { slug: 'work', name: 'Work' },
  { slug: 'desk', name: 'Desk', parent: 'work' },
  { slug: 'paper', name: 'Paper', parent: 'work' },
  { slug: 'audio', name: 'Audio', parent: 'work' },
  { slug: 'outdoors', name: 'Outdoors' },
  { slug: 'bags', name: 'Bags', parent: 'outdoors' },
  { slug: 'clothing', name: 'Clothing', parent: 'outdoors' },
  { slug: 'garden', name: 'Garden', parent: 'outdoors' },
]
