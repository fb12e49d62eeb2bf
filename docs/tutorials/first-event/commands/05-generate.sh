npx baton schema generate
