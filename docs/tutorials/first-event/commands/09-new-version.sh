npx baton schema new-version shop.OrderPlaced
