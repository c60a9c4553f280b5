// The smallest program: started by the thousand, it costs next to nothing itself.

int main(void) { return 0; }
