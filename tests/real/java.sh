# javac and java: its compiler, threads, garbage collection, exceptions out of faults, children.
cat > Main.java << 'END'
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
    static int deep(int n) { return deep(n + 1) + 1; }
    static int counter;
    static synchronized void count() { counter++; }

    public static void main(String[] args) throws Exception {
        System.out.println(System.getProperty("os.arch"));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Long>> sums = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            final int k = i;
            sums.add(pool.submit(() -> { long s = 0; for (int j = 0; j < 2000000; j++) s += j % k; return s; }));
        }
        for (Future<Long> sum : sums) System.out.print(sum.get() + " ");
        for (int i = 0; i < 4; i++) pool.submit(() -> { for (int j = 0; j < 50000; j++) count(); });
        pool.shutdown();
        System.out.println(pool.awaitTermination(100, TimeUnit.SECONDS) + " " + counter);
        System.out.println(IntStream.range(0, 100000).parallel().filter(x -> x % 7 == 0).sum());
        for (int i = 0; i < 20000; i++) { // compiled code takes a fault for it
            try { Object o = i < 19999 ? "" : null; o.hashCode(); } catch (NullPointerException e) { System.out.println("null at " + i); }
        }
        try { deep(0); } catch (StackOverflowError e) { System.out.println("deep"); }
        try { System.out.println(1 / (args.length)); } catch (ArithmeticException e) { System.out.println(e.getMessage()); }
        Map<String, Integer> map = new TreeMap<>();
        for (int i = 0; i < 300000; i++) map.merge("k" + i % 1000, 1, Integer::sum);
        System.out.println(map.size() + " " + map.get("k7"));
        byte[][] kept = new byte[100][];
        for (int i = 0; i < 30000; i++) kept[i % 100] = new byte[10000];
        System.gc();
        Process child = new ProcessBuilder("sh", "-c", "echo child; exit 3").start();
        System.out.println(new String(child.getInputStream().readAllBytes()).trim() + " " + child.waitFor());
        CountDownLatch all = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) Thread.ofVirtual().start(() -> { try { Thread.sleep(1); } catch (InterruptedException e) { } all.countDown(); });
        all.await();
        System.out.printf("%.10f %s%n", Math.sin(1e6), new java.math.BigInteger("3").pow(100));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.exit(4);
    }
}
END
bin=/usr/lib/jvm/java-21-openjdk-riscv64/bin
$bin/javac Main.java && $bin/java -cp . Main; echo "exit $?"
$bin/java -Xint -cp . Main | sed 1d | md5sum; $bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp . Main | sed 1d | md5sum; $bin/java -version 2>&1 | grep -c 'OpenJDK 64-Bit Server VM'
