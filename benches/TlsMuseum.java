// A server of the JDK with every algorithm that it disables opened again, for benches/tls_endpoints.py.
import javax.net.ssl.*; import java.io.*; import java.net.*; import java.security.*; import java.util.*;
public class TlsMuseum {
  // args: keystore protocols(comma) suites(comma|ALL) ; prints port, then enabled suites
  public static void main(String[] a) throws Exception {
    Security.setProperty("jdk.tls.disabledAlgorithms",""); Security.setProperty("jdk.certpath.disabledAlgorithms",""); Security.setProperty("jdk.tls.legacyAlgorithms","");
    KeyStore ks=KeyStore.getInstance("PKCS12"); ks.load(new FileInputStream(a[0]),"changeit".toCharArray());
    KeyManagerFactory k=KeyManagerFactory.getInstance("SunX509"); k.init(ks,"changeit".toCharArray());
    SSLContext c=SSLContext.getInstance("TLS"); c.init(k.getKeyManagers(),null,null);
    SSLServerSocket s=(SSLServerSocket)c.getServerSocketFactory().createServerSocket(0,200,InetAddress.getByName("127.0.0.1"));
    s.setEnabledProtocols(a[1].split(","));
    s.setEnabledCipherSuites(a[2].equals("ALL")?s.getSupportedCipherSuites():a[2].split(","));
    System.out.println(s.getLocalPort()); System.out.println(String.join(",",s.getEnabledCipherSuites())); System.out.flush();
    while(true){ SSLSocket t=(SSLSocket)s.accept(); new Thread(()->{ try{ t.setSoTimeout(3000); t.startHandshake(); t.getInputStream().read(); }catch(Exception e){} try{t.close();}catch(Exception e){} }).start(); }
  }
}
