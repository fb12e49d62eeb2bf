npx baton schema generate
npx baton schema diff shop.OrderPlaced 1 2
